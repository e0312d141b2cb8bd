using Stemma.Running.Kernels;

namespace Stemma.Running.Weights;

/// <summary>A matrix [outputs, inputs] that stays where and as it is stored; kernels ask for a few rows at a time.</summary>
internal abstract unsafe class Weight(int outputs, int inputs)
{
    public int Outputs => outputs;

    public int Inputs => inputs;

    /// <summary>Rows as floats: where they lie, or widened into <paramref name="scratch"/>.</summary>
    /// <param name="first">Zero-based.</param>
    /// <param name="count">Rows.</param>
    /// <param name="scratch">Room for count times <see cref="Inputs"/> floats.</param>
    public abstract float* Floats(int first, int count, float* scratch);

    /// <summary>Inner products of rows with a few vectors; see <see cref="DotKernel.Multiply"/>.</summary>
    public abstract void Dot(int first, int count, float* x, int vectors, float* y, int yStride);
}
