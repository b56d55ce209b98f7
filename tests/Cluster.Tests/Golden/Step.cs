namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>One command of a session.</summary>
/// <param name="Heading">The comments in front of it.</param>
/// <param name="Command">For sh; of several lines where it has a here-document.</param>
/// <param name="IsRepeated">Others may still be writing what it reads: it is repeated until it prints what is expected.</param>
internal sealed record Step(IReadOnlyList<string> Heading, string Command, bool IsRepeated, Printed Expected);
