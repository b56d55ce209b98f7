using MiniK8s.Api.Selectors;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>A label selector compiled for being asked about thousands of pods. Immutable.</summary>
internal sealed class LabelMatcher
{
    public static readonly LabelMatcher Everything = new([]);

    public static readonly LabelMatcher Nothing = new([], isNothing: true);

    private readonly Requirement[] _requirements;
    private readonly bool _isNothing;

    private LabelMatcher(Requirement[] requirements, bool isNothing = false) => (_requirements, _isNothing) = (requirements, isNothing);

    /// <summary>True when it leaves nothing out.</summary>
    public bool IsEverything => !_isNothing && _requirements.Length == 0;

    public bool IsNothing => _isNothing;

    /// <summary>The selector as text: matchers of equal text match the same.</summary>
    public string Text => field ??= _isNothing ? "nothing()" : string.Join(',', _requirements);

    /// <summary>Null matches nothing, an empty selector everything. One that is not valid matches nothing; the apiserver lets none in.</summary>
    public static LabelMatcher Of(LabelSelector? selector)
    {
        try
        {
            return selector is null ? Nothing : new([.. LabelQuery.From(selector).Requirements.Select(Requirement.Of)]);
        }
        catch (SelectorException)
        {
            return Nothing;
        }
    }

    /// <summary>Exactly these labels; none match everything.</summary>
    public static LabelMatcher OfLabels(IEnumerable<KeyValuePair<string, string>> labels) =>
        new([.. labels.Select(label => new Requirement(new HashedText(label.Key), [new HashedText(label.Value)], IsNegated: false))]);

    /// <summary>What both match.</summary>
    public LabelMatcher And(LabelMatcher other) => _isNothing || other._isNothing ? Nothing : new([.. _requirements, .. other._requirements]);

    /// <summary>What this matches and has the label.</summary>
    public LabelMatcher With(string key, string value) => And(OfLabels([new(key, value)]));

    public bool Matches(LabelSet labels)
    {
        if (_isNothing) return false;
        foreach (ref readonly var requirement in _requirements.AsSpan())
        {
            if (!requirement.Holds(labels)) return false;
        }
        return true;
    }

    // Values: any of them; null: whatever the value is.
    private readonly record struct Requirement(HashedText Key, HashedText[]? Values, bool IsNegated)
    {
        public static Requirement Of(LabelRequirement requirement) => new(
            new HashedText(requirement.Key),
            requirement.Values.Count == 0 ? null : [.. requirement.Values.Select(value => new HashedText(value))],
            requirement.Operator is LabelOperator.NotIn or LabelOperator.DoesNotExist);

        public bool Holds(LabelSet labels) => (labels.TryFind(Key, out var value) && (Values is null || Contains(Values, value))) != IsNegated;

        public override string ToString() => $"{Key} {(IsNegated ? "not" : "")}in ({(Values is null ? "*" : string.Join(',', Values))})";

        private static bool Contains(HashedText[] values, HashedText wanted)
        {
            foreach (ref readonly var value in values.AsSpan())
            {
                if (value == wanted) return true;
            }
            return false;
        }
    }
}
