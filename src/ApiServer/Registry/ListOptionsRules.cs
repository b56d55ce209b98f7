using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>Which list options go together.</summary>
internal static class ListOptionsRules
{
    private const string Exact = "Exact";
    private const string NotOlderThan = "NotOlderThan";

    /// <summary>Refuses contradictory options of a list (422).</summary>
    public static void CheckList(ListOptions options)
    {
        FieldErrorList errors = [];
        if (options.ResourceVersionMatch.Length > 0) CheckListMatch(options, errors);
        if (options.HasSendInitialEvents) errors.Add(FieldError.Forbidden(FieldPath.Of("sendInitialEvents"), "sendInitialEvents is forbidden for list"));
        Throw(errors);
    }

    /// <summary>Refuses contradictory options of a watch (422).</summary>
    public static void CheckWatch(ListOptions options)
    {
        FieldErrorList errors = [];
        var (path, match) = (FieldPath.Of("resourceVersionMatch"), options.ResourceVersionMatch);
        if (options.HasSendInitialEvents && match != NotOlderThan)
        {
            errors.Add(FieldError.Forbidden(path, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }
        if (match.Length > 0)
        {
            if (!options.HasSendInitialEvents)
            {
                errors.Add(FieldError.Forbidden(path, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
            }
            if (match != NotOlderThan) errors.Add(FieldError.NotSupported(path, match, NotOlderThan));
            if (options.Continue.Length > 0) errors.Add(FieldError.Forbidden(path, "resourceVersionMatch is forbidden when continue is provided"));
        }
        Throw(errors);
    }

    /// <summary>Whether a list is to show exactly one past state: said so, or (of old) by a version together with a limit.</summary>
    public static bool IsExact(ListOptions options, long revision) =>
        options.ResourceVersionMatch == Exact || (options.ResourceVersionMatch.Length == 0 && revision > 0 && options.Limit > 0);

    private static void CheckListMatch(ListOptions options, FieldErrorList errors)
    {
        var path = FieldPath.Of("resourceVersionMatch");
        var match = options.ResourceVersionMatch;
        if (options.ResourceVersion.Length == 0)
        {
            errors.Add(FieldError.Forbidden(path, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        }
        if (options.Continue.Length > 0)
        {
            errors.Add(FieldError.Forbidden(path, "resourceVersionMatch is forbidden when continue is provided"));
        }
        if (match is not (Exact or NotOlderThan))
        {
            errors.Add(FieldError.NotSupported(path, match, Exact, NotOlderThan, ""));
        }
        if (match == Exact && options.ResourceVersion == "0")
        {
            errors.Add(FieldError.Forbidden(path, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
        }
    }

    private static void Throw(FieldErrorList errors)
    {
        if (errors.Any) throw StatusErrors.Invalid("meta.k8s.io", "ListOptions", "", errors);
    }
}
