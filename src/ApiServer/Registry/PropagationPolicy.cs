using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>What becomes of an object's dependants, told to the garbage collector by two finalizers.</summary>
internal static class PropagationPolicy
{
    private const string Foreground = "foregroundDeletion";
    private const string Orphan = "orphan";

    /// <summary>Refuses contradictory and unknown policies (422).</summary>
    public static void Check(DeleteOptions options)
    {
        FieldErrorList errors = [];
        var path = FieldPath.Of("propagationPolicy");
        if (options.HasPropagationPolicy && options.HasOrphanDependents)
        {
            errors.Add(FieldError.Invalid(path, options.PropagationPolicy, "orphanDependents and deletionPropagation cannot be both set"));
        }
        if (options.HasPropagationPolicy && options.PropagationPolicy is not ("Foreground" or "Background" or "Orphan"))
        {
            errors.Add(FieldError.NotSupported(path, options.PropagationPolicy, "Foreground", "Background", "Orphan", "nil"));
        }
        if (errors.Any) throw StatusErrors.Invalid("meta.k8s.io", "DeleteOptions", "", errors);
    }

    /// <summary>Puts the finalizers on and off as the options say; says nothing when they say nothing.</summary>
    public static void Apply(DeleteOptions options, ICollection<string> finalizers)
    {
        if (options.HasOrphanDependents) Set(finalizers, options.OrphanDependents ? Orphan : "");
        if (!options.HasPropagationPolicy) return;
        Set(finalizers, options.PropagationPolicy switch { "Foreground" => Foreground, "Orphan" => Orphan, _ => "" });
    }

    private static void Set(ICollection<string> finalizers, string wanted)
    {
        if (wanted != Foreground) finalizers.Remove(Foreground);
        if (wanted != Orphan) finalizers.Remove(Orphan);
        if (wanted.Length > 0 && !finalizers.Contains(wanted)) finalizers.Add(wanted);
    }
}
