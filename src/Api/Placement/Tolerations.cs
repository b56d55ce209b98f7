using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Placement;

/// <summary>Whether pods put up with taints.</summary>
public static class Tolerations
{
    /// <summary>Keeps new pods away.</summary>
    public const string NoSchedule = "NoSchedule";
    /// <summary>Keeps pods away and drives out those that are there.</summary>
    public const string NoExecute = "NoExecute";
    /// <summary>Keeps new pods away where another node will do.</summary>
    public const string PreferNoSchedule = "PreferNoSchedule";

    /// <summary>Whether one of them fits the taint.</summary>
    public static bool Tolerates(this IReadOnlyList<Toleration> tolerations, Taint taint) => tolerations.FirstFor(taint) is not null;

    /// <summary>The first that fits the taint, which says for how long [component-helpers GetMatchingTolerations]; null: none does.</summary>
    /// <remarks>Asked per node and taint: takes no memory.</remarks>
    public static Toleration? FirstFor(this IReadOnlyList<Toleration> tolerations, Taint taint)
    {
        for (var i = 0; i < tolerations.Count; i++)
        {
            if (Tolerates(tolerations[i], taint)) return tolerations[i];
        }
        return null;
    }

    /// <summary>Without those that another of them covers; of two that are equal the first stays [pkg/util/tolerations MergeTolerations].</summary>
    public static IReadOnlyList<Toleration> Merge(IReadOnlyList<Toleration> all)
    {
        var merged = new List<Toleration>();
        for (var i = 0; i < all.Count; i++)
        {
            var one = all[i];
            if (merged.Exists(kept => Covers(kept, one)) || all.Skip(i + 1).Any(later => !later.Equals(one) && Covers(later, one))) continue;
            merged.Add(one);
        }
        return merged;
    }

    private static bool Covers(Toleration wide, Toleration narrow)
    {
        if (wide.Equals(narrow)) return true;
        if (wide.Key != narrow.Key && (wide.Key.Length > 0 || wide.Operator != "Exists")) return false;
        if (wide.Effect.Length > 0 && wide.Effect != narrow.Effect) return false;
        if (wide is { Effect: NoExecute, HasTolerationSeconds: true } && !(narrow.HasTolerationSeconds && narrow.TolerationSeconds <= wide.TolerationSeconds)) return false;
        return wide.Operator == "Exists" || (wide.Operator is "" or "Equal" && narrow.Operator == "Equal" && wide.Value == narrow.Value);
    }

    // An empty effect or key stands for any; an empty operator for Equal.
    private static bool Tolerates(Toleration toleration, Taint taint)
    {
        if (toleration.Effect.Length > 0 && toleration.Effect != taint.Effect) return false;
        if (toleration.Key.Length > 0 && toleration.Key != taint.Key) return false;
        return toleration.Operator switch
        {
            "" or "Equal" => toleration.Value == taint.Value,
            "Exists" => true,
            _ => false,
        };
    }
}
