namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>The script cannot be parsed. <see cref="IsIncomplete"/>: it could be, were there more of it.</summary>
internal sealed class SyntaxError(string message, int line, bool isIncomplete = false) : Exception(message)
{
    public int Line { get; } = line;
    public bool IsIncomplete { get; } = isIncomplete;
}
