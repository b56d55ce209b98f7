namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>All that can go wrong does now and then, until it heals.</summary>
internal sealed class RandomScript(Func<Random> random) : ModelScript
{
    /// <summary>By the end of a run nothing goes wrong any more.</summary>
    public bool Heals { get; set; }

    // Most are through at once, some wait for the run.
    public override bool? Pull(string container) => Heals ? true : random().Next(3) == 0 ? null : random().Next(4) > 0;

    public override (int Seconds, int Code)? Exec(string command) => Heals ? (0, 0) : random().Next(3) == 0 ? null : (0, random().Next(4) > 0 ? 0 : 1);

    // Most end at once, some after a while, some never.
    public override (int Seconds, int Code)? AtStop(ModelRuntime.Instance instance) => Heals ? (0, 0) : random().Next(10) switch
    {
        < 3 => (0, 0),
        < 5 => (0, 143),
        < 8 => (random().Next(1, 20), 0),
        _ => null,
    };

    public override bool Fails() => !Heals && random().Next(15) == 0;
}
