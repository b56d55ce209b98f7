using System.Globalization;

using MiniK8s.Api.Rules;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Batch.V1;

namespace MiniK8s.ApiServer.Registry.Jobs;

/// <summary>Jobs: unless they are to have a selector of the client's own, they get one that no other Job has, and labels to match it.</summary>
internal sealed class JobStrategy : SpecStatusStrategy<Job>
{
    /// <inheritdoc/>
    public override string? FieldOf(IApiObject obj, string field) =>
        field == "status.successful" ? ((Job)obj).Status.Succeeded.ToString(CultureInfo.InvariantCulture) : base.FieldOf(obj, field);

    /// <inheritdoc/>
    protected override void PrepareForCreate(Job obj)
    {
        base.PrepareForCreate(obj);
        if (!obj.Spec.ManualSelector) Generate(obj);
        if (obj.Metadata.Labels.Count == 0) obj.Metadata.Labels.Add(obj.Spec.Template.Metadata.Labels);
    }

    // What the client has set stays; validation refuses it unless it is the same.
    private static void Generate(Job obj)
    {
        foreach (var (key, value) in JobLabels.Of(obj)) obj.Spec.Template.Metadata.Labels.TryAdd(key, value);
        obj.Spec.Selector ??= new();
        obj.Spec.Selector.MatchLabels.TryAdd(JobLabels.ControllerUid, obj.Metadata.Uid);
    }
}
