using MiniK8s.Api.Errors;

namespace MiniK8s.Scheduler.Plugins.NodeResources;

/// <summary>A resource that counts in a score.</summary>
internal sealed record ResourceSpec
{
    /// <summary>cpu and memory alike, unless a profile says otherwise.</summary>
    public static readonly IReadOnlyList<ResourceSpec> Defaults = [new() { Name = "cpu" }, new() { Name = "memory" }];

    public string Name { get; init; } = "";

    /// <summary>1 to 100; 0 means 1.</summary>
    public long Weight { get; init; } = 1;

    public long EffectiveWeight => Weight == 0 ? 1 : Weight;

    /// <summary>Notes weights out of their range.</summary>
    public static void Check(IReadOnlyList<ResourceSpec> resources, FieldPath path, FieldErrorList errors)
    {
        for (var i = 0; i < resources.Count; i++)
        {
            if (resources[i].EffectiveWeight is < 1 or > 100)
                errors.Add(FieldError.Invalid(path.Index(i).Child("weight"), resources[i].Weight, $"resource weight of {resources[i].Name} not in valid range (0, 100]"));
        }
    }
}
