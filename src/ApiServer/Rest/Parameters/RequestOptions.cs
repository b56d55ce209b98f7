using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Rest.Parameters;

/// <summary>Each verb's options out of the query string, checked.</summary>
internal static class RequestOptions
{
    /// <summary>For a read of one object.</summary>
    public static GetOptions Get(IQueryCollection query) => new() { ResourceVersion = query.Text("resourceVersion") };

    /// <summary>For collections and watches. What contradicts itself among them is the registry's to refuse.</summary>
    public static ListOptions List(IQueryCollection query)
    {
        var options = new ListOptions
        {
            LabelSelector = query.Text("labelSelector"),
            FieldSelector = query.Text("fieldSelector"),
            Watch = query.Flag("watch"),
            AllowWatchBookmarks = query.Flag("allowWatchBookmarks"),
            ResourceVersion = query.Text("resourceVersion"),
            ResourceVersionMatch = query.Text("resourceVersionMatch"),
            Limit = query.Integer("limit") ?? 0,
            Continue = query.Text("continue"),
        };
        if (query.Integer("timeoutSeconds") is { } timeout) options.TimeoutSeconds = timeout;
        if (query.OptionalFlag("sendInitialEvents") is { } send) options.SendInitialEvents = send;
        return options;
    }

    /// <summary>For a create.</summary>
    public static CreateOptions Create(IQueryCollection query)
    {
        var options = new CreateOptions { FieldManager = query.Text("fieldManager"), FieldValidation = query.Text("fieldValidation") };
        options.DryRun.Add(query["dryRun"].OfType<string>());
        OptionChecks.Write("CreateOptions", options.DryRun, options.FieldManager, options.FieldValidation);
        return options;
    }

    /// <summary>For an update.</summary>
    public static UpdateOptions Update(IQueryCollection query)
    {
        var options = new UpdateOptions { FieldManager = query.Text("fieldManager"), FieldValidation = query.Text("fieldValidation") };
        options.DryRun.Add(query["dryRun"].OfType<string>());
        OptionChecks.Write("UpdateOptions", options.DryRun, options.FieldManager, options.FieldValidation);
        return options;
    }

    /// <summary>For a patch, an apply among them.</summary>
    public static PatchOptions Patch(IQueryCollection query, bool isApply)
    {
        var options = new PatchOptions { FieldManager = query.Text("fieldManager"), FieldValidation = query.Text("fieldValidation") };
        options.DryRun.Add(query["dryRun"].OfType<string>());
        if (query.OptionalFlag("force") is { } force) options.Force = force;
        OptionChecks.Patch(options, isApply);
        return options;
    }

    /// <summary>For a deletion whose body says nothing.</summary>
    public static DeleteOptions Delete(IQueryCollection query)
    {
        var options = new DeleteOptions();
        options.DryRun.Add(query["dryRun"].OfType<string>());
        if (query.Integer("gracePeriodSeconds") is { } grace) options.GracePeriodSeconds = grace;
        if (query.OptionalFlag("orphanDependents") is { } orphan) options.OrphanDependents = orphan;
        if (query.ContainsKey("propagationPolicy")) options.PropagationPolicy = query.Text("propagationPolicy");
        return options;
    }
}
