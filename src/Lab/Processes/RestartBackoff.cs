namespace MiniK8s.Lab.Processes;

/// <summary>How long to wait before a process that died is started again: at once the first time, then 0.5 s doubling to 10 s.</summary>
/// <param name="Failures">Deaths in a row; a run of a minute forgives them.</param>
internal readonly record struct RestartBackoff(int Failures)
{
    private static readonly TimeSpan Base = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Forgiving = TimeSpan.FromMinutes(1);

    public TimeSpan Delay => Failures <= 1 ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Min(Cap.Ticks, Base.Ticks << Math.Min(Failures - 2, 10)));

    public RestartBackoff AfterRunOf(TimeSpan run) => new(run >= Forgiving ? 1 : Failures + 1);
}
