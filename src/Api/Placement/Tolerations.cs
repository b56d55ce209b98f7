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
    public static bool Tolerates(this IEnumerable<Toleration> tolerations, Taint taint) => tolerations.FirstFor(taint) is not null;

    /// <summary>The first that fits the taint, which says for how long [component-helpers GetMatchingTolerations]; null: none does.</summary>
    public static Toleration? FirstFor(this IEnumerable<Toleration> tolerations, Taint taint) =>
        tolerations.FirstOrDefault(toleration => Tolerates(toleration, taint));

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
