using MiniK8s.Kubelet.Probes;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Scenes;

/// <summary>A scene for one start of a container: each range is one value.</summary>
internal sealed class SceneCast
{
    private readonly Scene _scene;
    private readonly List<(ProbeKind Probe, TimeSpan From, TimeSpan To)> _failures = [];
    private readonly TimeSpan _growth;

    // In the order of the table, so that one statement more does not change what those before it draw.
    public SceneCast(Scene scene, Random random)
    {
        _scene = scene;
        if (scene.Exit is { } exit) Exit = (exit.Code.DrawWhole(random), TimeSpan.FromSeconds(exit.After.Draw(random)));
        if (scene.Memory is { } memory) _growth = TimeSpan.FromSeconds(memory.Over.Draw(random));
        foreach (var failure in scene.Failures)
        {
            var from = TimeSpan.FromSeconds(failure.From.Draw(random));
            _failures.Add((failure.Probe, from, failure.To is { } to ? TimeSpan.FromSeconds(to.Draw(random)) : TimeSpan.MaxValue));
        }
    }

    /// <summary>Nothing happens.</summary>
    public static SceneCast None { get; } = new(Scene.None, new Random(0));

    /// <summary>When after its start it ends, and how; null leaves it to its program.</summary>
    public (int Code, TimeSpan After)? Exit { get; }

    /// <summary>What it takes beside what its programs do; null is nothing.</summary>
    public MemoryUse? MemoryFrom(DateTimeOffset start)
    {
        if (_scene.Memory is not { } memory) return null;
        // At once is within the first second.
        var perSecond = (long)Math.Ceiling(memory.Bytes / Math.Max(1, _growth.TotalSeconds));
        return new MemoryUse(0, start, perSecond, memory.Bytes);
    }

    public bool Ignores(int signal) => _scene.Ignored.Contains(signal);

    /// <summary>Why a probe fails so long after the start; null when the scene says nothing of it.</summary>
    public string? FailureOf(ProbeKind probe, TimeSpan sinceStart)
    {
        foreach (var (role, from, to) in _failures)
        {
            if (role == probe && sinceStart >= from && sinceStart < to) return "the scene has it fail";
        }
        return null;
    }
}
