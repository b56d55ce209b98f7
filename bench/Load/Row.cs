namespace MiniK8s.Load;

/// <summary>One line of a benchmark's table.</summary>
internal sealed record Row(string Measure, string Value);
