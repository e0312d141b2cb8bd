using System.Text;
using Stemma.Auditing;
using Stemma.Auditing.Declarations;
using Stemma.Auditing.Sources;
using Stemma.Judging;
using Stemma.Tests.Support;

namespace Stemma.Tests.Auditing;

/// <summary>Folders of models as text, and what an audit says of them.</summary>
internal static class ModelFolder
{
    /// <summary>A licence with a year and a holder filled in and the lines broken elsewhere.</summary>
    public const string Mit = """
        MIT License

        Copyright (c) 2025 Our Lab

        Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
        associated documentation files (the "Software"), to deal in the Software without restriction,
        including without limitation the rights to use, copy, modify, merge, publish, distribute,
        sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
        furnished to do so, subject to the following conditions:

        The above copyright notice and this permission notice shall be included in all copies or substantial
        portions of the Software.

        THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
        NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
        NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
        OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
        CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
        """;

    /// <summary>A program as a laboratory might publish it, with the names of a family.</summary>
    public static string Code(string family) => $$"""
        import torch
        from torch import nn


        class {{family}}RMSNorm(nn.Module):
            def __init__(self, hidden_size, eps=1e-6):
                super().__init__()
                self.weight = nn.Parameter(torch.ones(hidden_size))
                self.variance_epsilon = eps

            def forward(self, hidden_states):
                input_dtype = hidden_states.dtype
                hidden_states = hidden_states.to(torch.float32)
                variance = hidden_states.pow(2).mean(-1, keepdim=True)
                hidden_states = hidden_states * torch.rsqrt(variance + self.variance_epsilon)
                return self.weight * hidden_states.to(input_dtype)


        class {{family}}MLP(nn.Module):
            def __init__(self, config):
                super().__init__()
                self.gate_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
                self.up_proj = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
                self.down_proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)
                self.act_fn = nn.SiLU() if config.hidden_act == "silu" else nn.GELU()

            def forward(self, x):
                if x.dim() != 3:
                    raise ValueError("three dimensions are expected")
                gated = self.act_fn(self.gate_proj(x)) * self.up_proj(x)
                return self.down_proj(gated)
        """;

    /// <summary>The same program by somebody who renamed everything and moved lines about.</summary>
    public static string Renamed(string family)
    {
        var text = Code(family);
        foreach (var (from, to) in new[] { ("hidden_states", "h"), ("variance_epsilon", "tiny"), ("gate_proj", "w1"), ("up_proj", "w3"), ("down_proj", "w2"), ("RMSNorm", "Scale"), ("MLP", "Wide"), ("input_dtype", "kind"), ("config", "c"), ("gated", "mixed") })
            text = text.Replace(from, to, StringComparison.Ordinal);
        return text.Replace("(config.", "(\n            config.", StringComparison.Ordinal).Replace("class ", "# one part\nclass ", StringComparison.Ordinal);
    }

    /// <summary>A folder with nothing to find.</summary>
    public static void WriteClean(TempFolder folder)
    {
        Write(folder, "README.md", "---\nlicense: mit\nbase_model: own-lab/Seed-1B\nbase_model_relation: finetune\n---\n# Ours\nBetter than Llama and Qwen on every table.\n");
        Write(folder, "LICENSE", Mit);
        Write(folder, "config.json", "{\n  \"architectures\": [\"OursForCausalLM\"],\n  \"model_type\": \"ours\",\n  \"_name_or_path\": \"own-lab/Seed-1B\"\n}\n");
        Write(folder, "modeling_ours.py", "# Copyright 2025 Our Lab\n# SPDX-License-Identifier: MIT\n" + Code("Ours"));
    }

    public static void Write(TempFolder folder, string name, string text) => folder.Write(name, Encoding.UTF8.GetBytes(text));

    /// <summary>The folder as an audit reads it.</summary>
    public static AuditedModel Read(TempFolder folder, string name = "ours")
    {
        var facts = FolderFacts.Of(FolderText.Read(folder.Root));
        return new(name, facts, Declared.Of(facts, []), null);
    }

    public static ModelAudit Audit(TempFolder folder, params IReadOnlyList<ComparisonResult> compared) => ModelAudit.Run(Read(folder), [], compared);
}
