namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>Memory that a process has taken for a while (<see cref="SimProcess.Holding"/>).</summary>
internal readonly struct HeldMemory(SimProcess owner, long bytes) : IDisposable
{
    /// <summary>What is smaller costs more to count than to hold.</summary>
    public const long Least = 4096;

    private const long PerText = 48;        // beside the characters

    /// <summary>What the host keeps of a list of texts, about.</summary>
    public static long SizeOf(IReadOnlyList<string> texts)
    {
        var size = 0L;
        for (var i = 0; i < texts.Count; i++) size += PerText + (sizeof(char) * texts[i].Length);
        return size;
    }

    public void Dispose() => owner?.Hold(-bytes);
}
