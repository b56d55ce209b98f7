namespace MiniK8s.Lab.Processes;

/// <summary>Whom the lab tells what happens to its processes.</summary>
internal interface ILabReporter
{
    /// <summary>A process ended that should not have; it is started again after <paramref name="restartIn"/>.</summary>
    void Died(string process, int exitCode, TimeSpan restartIn);

    /// <summary>One step of the start has been reached.</summary>
    void Reached(string step);
}
