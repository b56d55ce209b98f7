using MiniK8s.Api.Errors;

namespace MiniK8s.Scheduler.Plugins.NodeResources;

/// <summary>How the room that would be left on a node becomes a score.</summary>
internal sealed record ScoringStrategy
{
    public const string LeastAllocated = "LeastAllocated";
    public const string MostAllocated = "MostAllocated";
    public const string ByRatio = "RequestedToCapacityRatio";

    /// <summary><see cref="LeastAllocated"/> spreads, <see cref="MostAllocated"/> packs, <see cref="ByRatio"/> follows a curve.</summary>
    public string Type { get; init; } = LeastAllocated;

    /// <summary>cpu and memory, where there are none.</summary>
    public IReadOnlyList<ResourceSpec> Resources { get; init; } = [];

    /// <summary>The curve; with that type only.</summary>
    public RatioParameters? RequestedToCapacityRatio { get; init; }

    public void Check(FieldPath path, FieldErrorList errors)
    {
        if (Type is not (LeastAllocated or MostAllocated or ByRatio))
            errors.Add(FieldError.NotSupported(path.Child("type"), Type, LeastAllocated, MostAllocated, ByRatio));
        ResourceSpec.Check(Resources, path.Child("resources"), errors);
        var ratio = path.Child("requestedToCapacityRatio");
        if (Type == ByRatio && RequestedToCapacityRatio is null) errors.Add(FieldError.Required(ratio, "must be specified when type is RequestedToCapacityRatio"));
        else if (Type == ByRatio) UtilizationShape.Check(RequestedToCapacityRatio!.Shape, ratio.Child("shape"), errors);
        else if (RequestedToCapacityRatio is not null) errors.Add(FieldError.Forbidden(ratio, "must be nil when type is not RequestedToCapacityRatio"));
    }
}

/// <summary>The points of the curve.</summary>
internal sealed record RatioParameters
{
    public IReadOnlyList<UtilizationShapePoint> Shape { get; init; } = [];
}

/// <summary>A point of a curve from use in percent to a score of 0 to 10.</summary>
internal sealed record UtilizationShapePoint
{
    public int Utilization { get; init; }

    public int Score { get; init; }
}
