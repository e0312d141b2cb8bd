using System.Diagnostics;

namespace Stemma.Tests.Support;

/// <summary>The words of a PDF, page by page, by Debian's poppler-utils; the test is skipped where that is missing.</summary>
internal static class PdfText
{
    public static async Task<string[]> Pages(string pdf)
    {
        Assert.SkipWhen(Chromium.OnPath("pdftotext") is null, "There is no pdftotext here (Debian: apt-get install poppler-utils).");
        using var process = Process.Start(new ProcessStartInfo("pdftotext", [pdf, "-"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return text.Split('\f');
    }
}
