using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.ManagedFields;

/// <summary>Fields that an apply would change and that other managers own.</summary>
internal sealed class ApplyConflicts
{
    private const string CauseReason = "FieldManagerConflict";

    private readonly List<(FieldManager Manager, FieldSet Fields)> _conflicts = [];

    private ApplyConflicts(IEnumerable<(FieldManager Manager, FieldSet Fields)> conflicts) =>
        _conflicts.AddRange(conflicts.Where(conflict => !conflict.Fields.IsEmpty));

    public bool Any => _conflicts.Count > 0;

    /// <summary>Which other managers own fields among <paramref name="changed"/>.</summary>
    public static ApplyConflicts Find(Managers managers, FieldManager applier, FieldSet changed) =>
        new(managers.Entries.Where(entry => !entry.Manager.Equals(applier)).OrderBy(entry => entry.Manager, Comparer<FieldManager>.Create(FieldManager.Compare))
            .Select(entry => (entry.Manager, entry.Fields.Intersection(changed))));

    /// <summary>The conflicts as one sees them who reads the object in another version.</summary>
    public ApplyConflicts In(string apiVersion) => new(_conflicts.Select(conflict => (conflict.Manager with { ApiVersion = apiVersion }, conflict.Fields)));

    /// <summary>The conflicts about other fields than these.</summary>
    public ApplyConflicts Except(FieldSet allowed) => new(_conflicts.Select(conflict => (conflict.Manager, conflict.Fields.Difference(allowed))));

    /// <summary>409 with one cause for each field.</summary>
    public ApiException ToError()
    {
        var details = new StatusDetails();
        foreach (var (manager, fields) in _conflicts)
            details.Causes.Add(fields.Paths().Select(path => new StatusCause { Reason = CauseReason, Message = $"conflict with {manager}", Field = path }));
        return StatusErrors.Of(StatusReasons.Conflict, Message(details.Causes.Count), details);
    }

    private string Message(int count)
    {
        if (count == 1) return $"Apply failed with 1 conflict: conflict with {_conflicts[0].Manager}: {_conflicts[0].Fields.Paths().Single()}";

        var lines = _conflicts.Select(conflict =>
            $"conflicts with {conflict.Manager}:\n{string.Join('\n', conflict.Fields.Paths().Select(path => $"- {path}"))}");
        return $"Apply failed with {count} conflicts: {string.Join('\n', lines)}";
    }
}
