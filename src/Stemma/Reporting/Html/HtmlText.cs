using System.Net;
using System.Text;

namespace Stemma.Reporting.Html;

/// <summary>Builds HTML in which every text is escaped: names come from strangers. Only what this room wrote itself goes in as markup.</summary>
internal sealed class HtmlText
{
    private readonly StringBuilder _page = new();
    private readonly Stack<string> _open = new();

    /// <summary>Safe as text and inside a quoted attribute; control and format characters are shown as escapes.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(ShownText.Escape(text));

    public HtmlText Open(string tag, string kind = "")
    {
        _page.Append('<').Append(tag);
        if (kind.Length > 0) _page.Append(" class=\"").Append(kind).Append('"');
        _page.Append('>');
        _open.Push(tag);
        return this;
    }

    /// <summary>Closes what was opened last.</summary>
    public HtmlText Close()
    {
        _page.Append("</").Append(_open.Pop()).Append(">\n");
        return this;
    }

    public HtmlText Text(string text)
    {
        _page.Append(Escape(text));
        return this;
    }

    /// <summary>An element that holds only text.</summary>
    public HtmlText Element(string tag, string text, string kind = "") => Open(tag, kind).Text(text).Close();

    /// <summary>Markup that this room wrote.</summary>
    public HtmlText Markup(string trusted)
    {
        _page.Append(trusted);
        return this;
    }

    /// <summary>A row of a table.</summary>
    public HtmlText Row(string cell, params IEnumerable<string> texts)
    {
        Open("tr");
        foreach (var text in texts) Element(cell, text);
        return Close();
    }

    public override string ToString() => _page.ToString();
}
