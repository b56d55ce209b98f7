using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Selectors;

/// <summary>A label selector ready to match: all its requirements must hold.</summary>
/// <remarks>Immutable; the empty one matches everything.</remarks>
public sealed class LabelQuery
{
    private readonly LabelRequirement[] _requirements;
    private readonly bool _isNothing;

    internal LabelQuery(IEnumerable<LabelRequirement> requirements, bool isNothing = false)
    {
        _requirements = [.. requirements.OrderBy(requirement => requirement.Key, StringComparer.Ordinal)];
        _isNothing = isNothing;
    }

    /// <summary>Matches every object.</summary>
    public static LabelQuery Everything { get; } = new([]);

    /// <summary>Matches no object.</summary>
    public static LabelQuery Nothing { get; } = new([], isNothing: true);

    /// <summary>True when it leaves nothing out.</summary>
    public bool IsEverything => !_isNothing && _requirements.Length == 0;

    /// <summary>The conditions, sorted by key.</summary>
    public IReadOnlyList<LabelRequirement> Requirements => _requirements;

    /// <summary>Reads the string form: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k,l&gt;1,m&lt;2</c>. Empty matches everything.</summary>
    /// <exception cref="SelectorException">It cannot be read; the message is Kubernetes' own.</exception>
    public static LabelQuery Parse(string selector) => selector.Length == 0 ? Everything : new(new LabelSelectorParser(selector).Parse());

    /// <summary>The selector of a spec. Null matches nothing, an empty one everything.</summary>
    /// <exception cref="SelectorException">It is not valid.</exception>
    public static LabelQuery From(LabelSelector? selector)
    {
        if (selector is null) return Nothing;
        var labels = selector.MatchLabels.Select(label => LabelRequirement.Create(label.Key, LabelOperator.Equal, [label.Value]));
        return new(labels.Concat(selector.MatchExpressions.Select(From)));
    }

    /// <summary>Exactly these labels, as a Service's selector says it. None match everything.</summary>
    public static LabelQuery FromLabels(IEnumerable<KeyValuePair<string, string>> labels) =>
        new(labels.Select(label => LabelRequirement.Create(label.Key, LabelOperator.Equal, [label.Value])));

    /// <summary>True when the labels meet every requirement.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        if (_isNothing) return false;
        foreach (var requirement in _requirements)
            if (!requirement.Matches(labels)) return false;
        return true;
    }

    /// <summary>The string form; empty for everything and for nothing.</summary>
    public override string ToString() => string.Join(',', _requirements.Select(requirement => requirement.ToString()));

    private static LabelRequirement From(LabelSelectorRequirement expression)
    {
        var op = expression.Operator switch
        {
            "In" => LabelOperator.In,
            "NotIn" => LabelOperator.NotIn,
            "Exists" => LabelOperator.Exists,
            "DoesNotExist" => LabelOperator.DoesNotExist,
            _ => throw new SelectorException($"{GoText.Quote(expression.Operator)} is not a valid label selector operator"),
        };
        return LabelRequirement.Create(expression.Key, op, expression.Values);
    }
}
