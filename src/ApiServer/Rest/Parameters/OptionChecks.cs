using System.Globalization;
using System.Text;

using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Rest.Parameters;

/// <summary>Which options are refused, each with the 422 that Kubernetes answers.</summary>
internal static class OptionChecks
{
    private const string MetaGroup = "meta.k8s.io";
    private const int LongestFieldManager = 128;

    private static readonly string[] FieldValidations = ["", "Ignore", "Strict", "Warn"];

    /// <summary>What all writes have in common.</summary>
    /// <param name="kind">CreateOptions or UpdateOptions.</param>
    public static void Write(string kind, IReadOnlyList<string> dryRun, string fieldManager, string fieldValidation) =>
        Write(kind, dryRun, fieldManager, fieldValidation, new FieldErrorList());

    /// <summary>What a patch may say: only an apply takes over fields by force, and it has to say who applies.</summary>
    public static void Patch(PatchOptions options, bool isApply)
    {
        var errors = new FieldErrorList();
        if (!isApply && options.HasForce) errors.Add(FieldError.Forbidden(FieldPath.Of("force"), "may not be specified for non-apply patch"));
        if (isApply && options.FieldManager.Length == 0)
            errors.Add(FieldError.Required(FieldPath.Of("fieldManager"), "is required for apply patch"));
        Write("PatchOptions", options.DryRun, options.FieldManager, options.FieldValidation, errors);
    }

    private static void Write(string kind, IReadOnlyList<string> dryRun, string fieldManager, string fieldValidation, FieldErrorList errors)
    {
        FieldManager(fieldManager, errors);
        DryRun(dryRun, errors);
        if (!FieldValidations.Contains(fieldValidation))
            errors.Add(FieldError.NotSupported(FieldPath.Of("fieldValidation"), fieldValidation, FieldValidations));
        Refuse(kind, errors);
    }

    /// <summary>What a deletion may say.</summary>
    public static void Delete(DeleteOptions options)
    {
        var errors = new FieldErrorList();
        var field = FieldPath.Of("propagationPolicy");
        if (options.HasOrphanDependents && options.HasPropagationPolicy)
            errors.Add(FieldError.Invalid(field, options.PropagationPolicy, "orphanDependents and deletionPropagation cannot be both set"));
        if (options.HasPropagationPolicy && options.PropagationPolicy is not ("Foreground" or "Background" or "Orphan"))
            errors.Add(FieldError.NotSupported(field, options.PropagationPolicy, "Foreground", "Background", "Orphan", "nil"));
        DryRun(options.DryRun, errors);
        Refuse("DeleteOptions", errors);
    }

    /// <summary>What a table's rows may carry.</summary>
    public static void IncludeObject(string value)
    {
        if (value is "" or "None" or "Metadata" or "Object") return;

        var errors = new FieldErrorList();
        errors.Add(FieldError.Invalid(FieldPath.Of("includeObject"), value, "must be 'Metadata', 'Object', 'None', or empty"));
        Refuse("TableOptions", errors);
    }

    private static void FieldManager(string manager, FieldErrorList errors)
    {
        var field = FieldPath.Of("fieldManager");
        if (Encoding.UTF8.GetByteCount(manager) > LongestFieldManager) errors.Add(FieldError.TooLong(field, LongestFieldManager));

        var position = 0;
        foreach (var rune in manager.EnumerateRunes())
        {
            if (!IsPrintable(rune))
                errors.Add(FieldError.Invalid(field, manager, $"invalid character U+{rune.Value:X4} (at position {position})"));
            position += rune.Utf8SequenceLength;
        }
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator);

    private static void DryRun(IReadOnlyList<string> values, FieldErrorList errors)
    {
        if (values.Any(value => value != "All"))
            errors.Add(FieldError.NotSupported(FieldPath.Of("dryRun"), new StringSlice(values), "All"));
    }

    private static void Refuse(string kind, FieldErrorList errors)
    {
        if (errors.Any) throw StatusErrors.Invalid(MetaGroup, kind, "", errors);
    }

    /// <summary>A list as a field error shows it.</summary>
    private sealed record StringSlice(IReadOnlyList<string> Values)
    {
        public override string ToString() => GoText.StringSlice(Values);
    }
}
