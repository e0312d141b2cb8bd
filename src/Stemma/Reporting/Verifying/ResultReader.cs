using Stemma.Comparing;
using Stemma.Comparing.Mixtures;
using Stemma.Foundation;
using Stemma.Judging;
using Stemma.Judging.Families;

namespace Stemma.Reporting.Verifying;

/// <summary>Reads back what <see cref="ReportJson"/> wrote. Writing the answer again gives the same document.</summary>
internal static class ResultReader
{
    /// <summary>One pair or several, by the name of the schema.</summary>
    /// <exception cref="StemmaException"><see cref="FaultCode.ReportVersion"/> for another document or a later version, <see cref="FaultCode.ReportInvalid"/> for a damaged one.</exception>
    public static FamilyFindings Read(JsonPlace document)
    {
        var schema = document["schema"].Text();
        if (schema == ReportJson.Schema) return new([Pair(document)], []);
        if (schema != ReportJson.ManySchema)
        {
            throw new StemmaException(FaultCode.ReportVersion, document.File, null, $"a document of the schema {SafeText.Escape(schema)}", $"{ReportJson.Schema} or {ReportJson.ManySchema}",
                "Use a newer Stemma, or give a report that compare wrote");
        }

        document.Only("schema", "comparisons", "mixtures");
        return new([.. document["comparisons"].Items().Select(Pair)], [.. document.ItemsOrNone("mixtures").Select(Mixture)]);
    }

    private static ComparisonResult Pair(JsonPlace pair)
    {
        pair.Only("schema", "subject", "reference", "verdict", "evidence", "layer_map", "caveats");
        if (pair["schema"].Text() != ReportJson.Schema) throw pair["schema"].Wrong(ReportJson.Schema);
        return new()
        {
            Subject = Party(pair["subject"]),
            Reference = Party(pair["reference"]),
            Verdict = Verdict(pair["verdict"]),
            Evidence = [.. pair["evidence"].Items().Select(Evidence)],
            LayerMap = [.. pair["layer_map"].Items().Select(row => Row(row, 3)).Select(row => new LayerMatch(row[0].Int(), row[1].Int(), row[2].NumberOrNaN()))],
            Caveats = [.. pair["caveats"].Items().Select(caveat => new Caveat(caveat.Only("code", "text")["code"].Text(), caveat["text"].Text()))],
        };
    }

    private static Party Party(JsonPlace party)
    {
        party.Only("name", "digest", "architecture", "parameters");
        return new(party["name"].Text(), party["digest"].Text(), party["architecture"].Text(), party["parameters"].Whole());
    }

    private static Verdict Verdict(JsonPlace verdict)
    {
        verdict.Only("relation", "direction", "log10_p", "strength", "summary", "coverage", "operations", "direction_evidence");
        var coverage = verdict["coverage"].Only("tensors_read", "tensors_total");
        return new()
        {
            Relation = verdict["relation"].Word<Relation>(),
            Direction = verdict["direction"].Word<Direction>(),
            Log10P = verdict["log10_p"].Number() ?? double.NegativeInfinity,
            Strength = verdict["strength"].Word<Strength>(),
            Summary = verdict["summary"].Text(),
            Coverage = new(coverage["tensors_read"].Int(), coverage["tensors_total"].Int()),
            Operations = [.. verdict["operations"].Items().Select(one => new Operation(one.Only("name", "detail")["name"].Text(), one["detail"].Text()))],
            DirectionEvidence = [.. verdict.ItemsOrNone("direction_evidence").Select(one => new DirectionClue(one.Only("name", "detail")["name"].Text(), one["detail"].Text()))],
        };
    }

    private static Evidence Evidence(JsonPlace one)
    {
        one.Only("method", "kind", "null_hypothesis", "statistic", "log10_p", "percentile", "controls", "effect", "finding", "detail", "series");
        return new()
        {
            Method = one["method"].Text(),
            Kind = one["kind"].Word<EvidenceKind>(),
            NullHypothesis = one["null_hypothesis"].Text(),
            Statistic = one["statistic"].Number(),
            Log10P = one["log10_p"].Number(),
            Percentile = one["percentile"].Number(),
            Controls = one["controls"].Number() is null ? null : one["controls"].Int(),
            Effect = one["effect"].Number(),
            Finding = one["finding"].Text(),
            Detail = one["detail"].Text(),
            Series = [.. one["series"].Items().Select(series => new EvidenceSeries(
                series.Only("name", "panel", "values")["name"].Text(), [.. series["values"].Items().Select(value => value.NumberOrNaN())], series["panel"].Text()))],
        };
    }

    private static Mixture Mixture(JsonPlace mixture)
    {
        mixture.Only("child", "operation", "kind", "direction_known", "parents", "tensors", "exact_tensors", "rounding", "gain", "share_by_layer", "layers", "detail");
        return new()
        {
            Child = mixture["child"].Text(),
            Kind = mixture["kind"].Word<MixtureKind>(),
            DirectionKnown = mixture["direction_known"].Flag(),
            Parents = [.. mixture["parents"].Items().Select(parent => new MixtureParent(parent.Only("name", "share", "standard_error")["name"].Text(), parent["share"].Number(), parent["standard_error"].Number()))],
            Tensors = mixture["tensors"].Int(),
            ExactTensors = mixture["exact_tensors"].Int(),
            Rounding = mixture["rounding"].Number(),
            Gain = mixture["gain"].Number(),
            ShareByLayer = [.. mixture["share_by_layer"].Items().Select(row => row.Items()).Select(row => new LayerShares(row[0].Int(), [.. row.Skip(1).Select(share => share.NumberOrNaN())]))],
            Layers = [.. mixture["layers"].Items().Select(row => Row(row, 4)).Select(row => new StackedLayer(row[0].Int(), row[1].Int(), row[2].Int(), row[3].NumberOrNaN()))],
            Detail = mixture["detail"].Text(),
        };
    }

    private static IReadOnlyList<JsonPlace> Row(JsonPlace row, int count) => row.Items() is var items && items.Count == count ? items : throw row.Wrong($"{count} numbers");
}
