using Stemma.Auditing;
using Stemma.Judging;
using Stemma.Tests.Auditing.Vocabularies;
using Stemma.Tests.Support;

namespace Stemma.Tests.Auditing;

/// <summary>A folder that hides where it comes from, and one that does not.</summary>
public sealed class HiddenParentTests
{
    [Fact]
    public void A_folder_with_names_of_its_own_and_its_base_declared_gives_no_finding()
    {
        using var folder = new TempFolder();
        ModelFolder.WriteClean(folder);
        var audit = ModelFolder.Audit(folder);
        Assert.Empty(audit.Findings);
        Assert.Empty(audit.NotLookedAt);
        Assert.Equal(["mit"], audit.Subject.Declared.Licences.Select(id => id.ToLowerInvariant()).Distinct());
        Assert.Equal("own-lab/Seed-1B", Assert.Single(audit.Subject.Declared.BaseModels).Value);
    }

    [Fact]
    public void Every_trace_of_a_hidden_parent_is_found_where_it_stands()
    {
        using var folder = new TempFolder();
        using var parent = new TempFolder();
        ModelFolder.WriteClean(folder);
        ModelFolder.Write(parent, "modeling_qwen2.py", ModelFolder.Code("Qwen2"));
        ModelFolder.Write(parent, "LICENSE", "SPDX-License-Identifier: Apache-2.0\n");

        // Renamed classes; one header that was forgotten; a setting and a note that stayed; a vocabulary put together; a base model that is another.
        ModelFolder.Write(folder, "modeling_ours.py", "# Copyright 2025 Our Lab\n" + ModelFolder.Renamed("Ours"));
        ModelFolder.Write(folder, "tools/norm.py", "\n# Copyright 2024 The Qwen team, Alibaba Group.\n# Licensed under the Apache License, Version 2.0\nx = 1\n# Copied from transformers.models.qwen2.modeling_qwen2.Qwen2MLP\ny = Qwen2Attention(x)\n");
        ModelFolder.Write(folder, "generation_config.json", "{\n \"a\": 1,\n \"_name_or_path\": \"/data/ckpt/qwen2.5-14b\"\n}\n");
        var lists = (Parent: Lists.Words(2_000, 1), Other: Lists.Words(2_000, 2));
        var subject = ModelFolder.Read(folder) with { Vocabulary = Lists.Vocabulary("ours", [.. lists.Parent, .. lists.Other.Except(lists.Parent)]) };
        var qwen = ModelFolder.Read(parent, "Qwen2.5-14B") with { Vocabulary = Lists.Vocabulary("Qwen2.5-14B", lists.Parent) };
        var compared = Samples.With(Relation.Derived, "ours", "Qwen2.5-14B");
        compared = compared with { Verdict = compared.Verdict with { Direction = Direction.SubjectFromReference } };
        var audit = ModelAudit.Run(subject, [qwen], [compared]);

        Assert.Equal("tools/norm.py:2", Place(audit, "undeclared-copyright"));
        Assert.Equal("tools/norm.py:3", Place(audit, "undeclared-licence"));
        Assert.Equal("tools/norm.py:5", Place(audit, "undeclared-origin-note"));
        Assert.Equal("tools/norm.py:6", Place(audit, "undeclared-family-name"));
        Assert.Equal("generation_config.json:3", Place(audit, "undeclared-origin"));
        Assert.Equal("README.md:3", Place(audit, "base-model-differs"));
        Assert.Equal("list", Place(audit, "stitched-vocabulary"));
        Assert.Contains("Apache-2.0", Only(audit, "ancestor-licence").Sentence, StringComparison.Ordinal);
        var code = Only(audit, "code-in-common");
        Assert.Equal(("modeling_ours.py", "modeling_qwen2.py", 5), (code.Place!.File, code.OtherPlace!.File, code.OtherPlace.Line));
        Assert.True(code.Numbers["share"] > 0.9);
        Assert.All(audit.Findings, finding => Assert.DoesNotMatch("(?i)stolen|plagiar|illegal|infring", finding.Sentence));
    }

    [Fact]
    public void What_the_folder_declares_is_no_finding()
    {
        using var folder = new TempFolder();
        ModelFolder.Write(folder, "README.md", "---\nbase_model:\n- Qwen/Qwen2.5-14B\nlicense: apache-2.0\n---\n");
        ModelFolder.Write(folder, "modeling.py", "# Copyright 2024 The Qwen team\n# SPDX-License-Identifier: Apache-2.0\nclass Qwen2Attention: pass\n");
        Assert.Empty(ModelFolder.Audit(folder).Findings);
    }

    [Theory]
    [InlineData(Relation.Derived, "Seed-1B", null)]
    [InlineData(Relation.Derived, "Other-1B", "base-model-differs")]
    [InlineData(Relation.Unrelated, "Seed-1B", "base-model-not-confirmed")]
    [InlineData(Relation.Unrelated, "Other-1B", null)]
    [InlineData(Relation.Inconclusive, "Seed-1B", null)]
    [InlineData(Relation.CommonOrigin, "Other-1B", null)]
    public void A_declared_base_is_held_against_the_measured_one(Relation relation, string reference, string? code)
    {
        using var folder = new TempFolder();
        ModelFolder.WriteClean(folder);
        var compared = Samples.With(relation, "ours", reference);
        if (relation == Relation.Derived) compared = compared with { Verdict = compared.Verdict with { Direction = Direction.SubjectFromReference } };
        var audit = ModelFolder.Audit(folder, compared);
        Assert.Equal(code is null ? [] : [code], audit.Findings.Select(finding => finding.Code));

        // The names change nothing of what was measured.
        Assert.Equal((relation, compared.Verdict.Summary), (audit.Measured[0].Measured, audit.Measured[0].Summary));
    }

    private static AuditFinding Only(ModelAudit audit, string code) => Assert.Single(audit.Findings, finding => finding.Code == code);

    private static string? Place(ModelAudit audit, string code) => Only(audit, code).Place?.ToString();
}
