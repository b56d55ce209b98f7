using System.Text;

namespace MiniK8s.Api.Selectors;

/// <summary>One condition of a field selector: a field's text equals a value, or does not.</summary>
public sealed record FieldRequirement(string Field, bool IsEqual, string Value)
{
    /// <summary>The condition with its value escaped.</summary>
    public override string ToString() => $"{Field}{(IsEqual ? "=" : "!=")}{FieldQuery.Escape(Value)}";
}

/// <summary>A field selector: <c>a=b,c==d,e!=f</c>, all of which must hold. Immutable; the empty one matches everything.</summary>
public sealed class FieldQuery
{
    private static readonly string[] Operators = ["!=", "==", "="];

    private readonly FieldRequirement[] _requirements;

    private FieldQuery(IEnumerable<FieldRequirement> requirements) => _requirements = [.. requirements];

    /// <summary>Matches every object.</summary>
    public static FieldQuery Everything { get; } = new([]);

    /// <summary>True when it leaves nothing out.</summary>
    public bool IsEverything => _requirements.Length == 0;

    /// <summary>The conditions.</summary>
    public IReadOnlyList<FieldRequirement> Requirements => _requirements;

    /// <summary>Reads a field selector. Which fields exist is for the caller to check.</summary>
    /// <exception cref="SelectorException">It cannot be read; the message is Kubernetes' own.</exception>
    public static FieldQuery Parse(string selector)
    {
        if (selector.Length == 0) return Everything;
        var terms = SplitTerms(selector).Where(term => term.Length > 0).Order(StringComparer.Ordinal);
        return new(terms.Select(term => ParseTerm(selector, term)));
    }

    /// <summary>The condition that one field has exactly this value.</summary>
    public static FieldQuery Equal(string field, string value) => new([new(field, IsEqual: true, value)]);

    /// <summary>True when every condition holds of what <paramref name="valueOf"/> says the fields are.</summary>
    public bool Matches(Func<string, string> valueOf)
    {
        foreach (var requirement in _requirements)
            if (valueOf(requirement.Field) == requirement.Value != requirement.IsEqual) return false;
        return true;
    }

    /// <summary>The value a field must have, when the selector demands exactly one.</summary>
    public bool TryGetExact(string field, out string value)
    {
        value = _requirements.FirstOrDefault(requirement => requirement.Field == field && requirement.IsEqual)?.Value ?? "";
        return _requirements.Any(requirement => requirement.Field == field && requirement.IsEqual);
    }

    /// <summary>The string form.</summary>
    public override string ToString() => string.Join(',', _requirements.Select(requirement => requirement.ToString()));

    /// <summary>A value with backslash, comma and equals sign escaped.</summary>
    public static string Escape(string value) =>
        value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace(",", @"\,", StringComparison.Ordinal).Replace("=", @"\=", StringComparison.Ordinal);

    private static IEnumerable<string> SplitTerms(string selector)
    {
        var start = 0;
        for (var i = 0; i < selector.Length; i++)
        {
            if (selector[i] == '\\') i++;
            else if (selector[i] == ',')
            {
                yield return selector[start..i];
                start = i + 1;
            }
        }
        yield return selector[start..];
    }

    private static FieldRequirement ParseTerm(string selector, string term)
    {
        for (var i = 0; i < term.Length; i++)
        {
            foreach (var op in Operators)
            {
                if (string.CompareOrdinal(term, i, op, 0, op.Length) == 0)
                    return new(term[..i], op != "!=", Unescape(term[(i + op.Length)..]));
            }
        }
        throw new SelectorException($"invalid selector: '{selector}'; can't understand '{term}'");
    }

    private static string Unescape(string text)
    {
        var value = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is ',' or '=') throw new SelectorException($"invalid field selector: unescaped character in value: {(int)c}");
            if (c != '\\')
            {
                value.Append(c);
                continue;
            }
            if (++i == text.Length) throw new SelectorException(@"invalid field selector: invalid escape sequence: \");
            if (text[i] is not ('\\' or ',' or '=')) throw new SelectorException($@"invalid field selector: invalid escape sequence: \{text[i]}");
            value.Append(text[i]);
        }
        return value.ToString();
    }
}
