using MiniK8s.Kubelet.Probes;

namespace MiniK8s.Kubelet.Simulation.Scenes;

/// <summary>What is to happen to a container whatever its image: the script that a pod's annotation holds. <c>samples/scenes</c> has examples.</summary>
/// <remarks>
/// <code>
/// statement                              | what happens
/// ---------------------------------------+------------------------------------------------------------------
/// exit CODE after TIME                   | it ends with that code, so long after its start
/// memory SIZE in TIME                    | it takes more and more memory, from its start on, up to that much
/// ignore SIGNAL                          | the signal does nothing to its first process (not SIGKILL); SIGTERM is whatever the image is stopped by
/// fail PROBE [from TIME] [to TIME]       | that probe fails from then to then after its start; else from the start, for ever
/// pull TIME                              | the pod's images take so long to be pulled, however large they are
/// seed NUMBER                            | another draw of the ranges
/// </code>
/// Statements stand on lines of their own, or between semicolons; <c>#</c> begins a comment. A CODE or a TIME may be a range, <c>10s..40s</c>,
/// of which each start of the container draws one: the same pod draws the same in every run, another seed another.
/// </remarks>
internal sealed record Scene
{
    /// <summary>Nothing happens.</summary>
    public static Scene None { get; } = new();

    public SceneExit? Exit { get; init; }

    public SceneMemory? Memory { get; init; }

    /// <summary>Signals by number.</summary>
    public IReadOnlyList<int> Ignored { get; init; } = [];

    public IReadOnlyList<SceneFailure> Failures { get; init; } = [];

    public SceneRange? Pull { get; init; }

    /// <summary>Null: by the pod's name.</summary>
    public long? Seed { get; init; }
}

/// <summary>Both ends belong to it: seconds, or exit codes.</summary>
internal readonly record struct SceneRange(double From, double To)
{
    public double Draw(Random random) => From + (random.NextDouble() * (To - From));

    public int DrawWhole(Random random) => random.Next((int)From, (int)To + 1);
}

internal sealed record SceneExit(SceneRange Code, SceneRange After);

/// <param name="Bytes">What it takes in the end.</param>
internal sealed record SceneMemory(long Bytes, SceneRange Over);

/// <param name="To">Null: for ever.</param>
internal sealed record SceneFailure(ProbeKind Probe, SceneRange From, SceneRange? To);
