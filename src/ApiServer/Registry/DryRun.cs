using MiniK8s.Api.Errors;

namespace MiniK8s.ApiServer.Registry;

/// <summary>The dryRun option: everything is done but the write.</summary>
internal static class DryRun
{
    /// <summary>Whether nothing may be written. Refuses values other than All (422).</summary>
    public static bool Of(IReadOnlyList<string> dryRun, string optionsKind)
    {
        if (dryRun.Count == 0) return false;
        var unknown = dryRun.Where(value => value != "All").ToArray();
        if (unknown.Length == 0) return true;
        FieldErrorList errors = [];
        errors.Add(FieldError.NotSupported(FieldPath.Of("dryRun"), GoText.StringSlice(unknown), "All"));
        throw StatusErrors.Invalid("meta.k8s.io", optionsKind, "", errors);
    }
}
