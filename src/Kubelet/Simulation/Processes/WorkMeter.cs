namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>
/// What a process's computing costs beside its commands: a step (<see cref="StepThrottle"/>) for every 256 characters that it goes through, so that work on
/// much data costs virtual time as many commands do. Used by its own process only.
/// </summary>
/// <remarks>
/// <code>
/// work                                                   | counts as
/// -------------------------------------------------------+---------------------------
/// reading, writing, expanding, matching text             | its length
/// a line taken or a field made, whatever its length      | 64
/// a write                                                | 32
/// a file of a directory, an element of a list            | 16
/// a regular expression compiled: plain text, any other   | 2,000, 25,000 (a tenth of a millisecond)
/// </code>
/// </remarks>
internal sealed class WorkMeter(SimProcess self)
{
    public const int PerLine = 64, PerWrite = 32, PerItem = 16;
    private const int PerStep = 256;
    private long _unpaid;

    /// <summary>Work in whose midst nothing can wait: the next step does.</summary>
    public void Add(long characters)
    {
        if (TakeSteps(characters) is var steps and > 0) self.Kernel.Throttle.Charge(steps);
    }

    /// <summary>Pays, and waits while the container is in debt.</summary>
    public ValueTask PayAsync(long characters) =>
        TakeSteps(characters) is var steps and > 0 ? self.Kernel.Throttle.StepAsync(self, steps) : ValueTask.CompletedTask;

    private int TakeSteps(long characters)
    {
        _unpaid += characters;
        if (_unpaid < PerStep) return 0;
        var steps = (int)long.Min(_unpaid / PerStep, int.MaxValue);
        _unpaid %= PerStep;
        return steps;
    }
}
