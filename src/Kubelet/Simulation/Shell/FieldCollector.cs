using System.Text;

namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>A finished field, and the same with quoted characters escaped.</summary>
internal sealed record Field(string Text, string Pattern);

/// <summary>Builds fields from quoted and unquoted pieces. Without separators everything is one field.</summary>
internal sealed class FieldCollector(string? separators)
{
    private readonly List<Field> _fields = [];
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _pattern = new();
    private bool _begun;
    private bool _closedByBlank;       // by one that a further separator would join

    public int Length => _text.Length;

    public void AddLiteral(string text, bool quoted)
    {
        _text.Append(text);
        _pattern.Append(quoted ? ShellPattern.Escape(text) : text);
        _begun = true;
    }

    /// <summary>The result of an expansion: split where it is not quoted.</summary>
    public void AddExpanded(string text, bool quoted)
    {
        if (quoted || separators is null)
        {
            AddLiteral(text, quoted);
            return;
        }
        // Blanks around another separator belong to it: "a : b" is two fields with IFS=": ", and ":x" has an empty first one.
        var afterSeparator = false;
        foreach (var c in text)
        {
            if (!separators.Contains(c, StringComparison.Ordinal))
            {
                _text.Append(c);
                _pattern.Append(c);
                _begun = true;
                afterSeparator = false;
                _closedByBlank = false;
                continue;
            }
            if (c is ' ' or '\t' or '\n')
            {
                if (!_begun) continue;
                Break();
                _closedByBlank = !afterSeparator;
                continue;
            }
            if (!_closedByBlank) _begun = true;
            Break();
            afterSeparator = true;
            _closedByBlank = false;
        }
    }

    /// <summary>Ends the field, if one has begun.</summary>
    public void Break()
    {
        if (_begun) _fields.Add(new Field(_text.ToString(), _pattern.ToString()));
        _text.Clear();
        _pattern.Clear();
        _begun = false;
    }

    public List<Field> Finish()
    {
        if (separators is null && _fields.Count == 0) _begun = true;
        Break();
        return _fields;
    }
}
