namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>One object's row.</summary>
/// <param name="Cells">One per column: a string, a long or a bool.</param>
/// <param name="Completed">Why the object is done with, for kinds that come to an end; null while it is not.</param>
internal sealed record TableRow(IReadOnlyList<object> Cells, RowCompletion? Completed = null);

/// <summary>The row condition Completed=True.</summary>
internal sealed record RowCompletion(string Reason, string Message);
