using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>
/// The processor time of one container: what its programs want, what the quota lets them have, and the account of both, as the cpu controller of
/// cgroup v2 keeps it [Linux Documentation/admin-guide/cgroup-v2.rst, kernel/sched/fair.c].
/// </summary>
/// <remarks>
/// <code>
/// work    | wants                         | has without a quota         | has of a quota
/// --------+-------------------------------+-----------------------------+------------------------------------------------------------
/// steps   | 100 µs each, on one thread    | a core, and 2 s of it ahead | one thread's share, a period of it ahead; then it waits for
///         |                               |                             | the next period
/// burning | so many cores all the time    | them                        | what the steps leave; without the rest it goes
/// </code>
/// Who works ahead is in debt, and pays as time passes. Time counts as used when it is paid for: no account shows more than there was to be had.
/// A container that does nothing uses a thousandth of a core.
/// </remarks>
internal sealed class CpuTime
{
    private const double MicrosOfStep = 100;
    private const double MicrosAhead = 2_000_000;
    private const double Idle = 0.001;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Period = TimeSpan.FromMicroseconds(LinuxResources.CpuPeriod);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);     // cAdvisor's housekeeping interval

    private readonly double _quota;             // in cores
    private readonly DateTimeOffset _since;
    private readonly Lock _gate = new();        // guards everything below
    private DateTimeOffset _at;                 // up to when the account is settled
    private int _burning;                       // thousandths of a core
    private double _debt, _paid, _used, _throttled;     // µs
    private (DateTimeOffset At, double Paid) _from, _mark;
    private PeriodCount _periods = new(), _throttledPeriods = new();
    private long _stepsStoppedIn = -1;

    /// <param name="granted">The quota, if any.</param>
    /// <param name="since">When the container was started; its periods are counted from then.</param>
    public CpuTime(LinuxResources granted, DateTimeOffset since)
    {
        _quota = granted.CpuQuota > 0 ? granted.CpuQuota / (double)LinuxResources.CpuPeriod : double.PositiveInfinity;
        _since = _at = since;
        _from = _mark = (since, 0);
    }

    // One thread's part of the quota, in cores.
    private double StepShare => double.Min(1, _quota / (1 + (_burning / 1000.0)));

    /// <summary>Some thousandths of a core more, or less, are wanted all the time from now on.</summary>
    public void Burn(int millis, DateTimeOffset now)
    {
        lock (_gate)
        {
            Settle(now);
            _burning += millis;
        }
    }

    /// <summary>Work of so many steps: zero when it may be done now, and then is paid for, else how long to wait before asking again.</summary>
    public TimeSpan Take(int steps, DateTimeOffset now)
    {
        lock (_gate)
        {
            Settle(now);
            var ahead = StepShare < 1 ? StepShare * LinuxResources.CpuPeriod : MicrosAhead;
            if (_debt >= ahead) return StepShare < 1 ? StopSteps(now) : Pause;
            _debt += steps * MicrosOfStep;
            return TimeSpan.Zero;
        }
    }

    /// <summary>Work that has been done already: what comes after it waits.</summary>
    public void Charge(int steps)
    {
        lock (_gate) _debt += steps * MicrosOfStep;
    }

    /// <summary>The account as it stands.</summary>
    public CpuStat At(DateTimeOffset now)
    {
        lock (_gate)
        {
            Settle(now);
            return new((long)_used, _periods.Count, _throttledPeriods.Count, (long)_throttled, (long)double.Round(Rate() * 1000));
        }
    }

    // What is burned is a plain fact of now; steps come and go, and are an average.
    private double Rate()
    {
        var passed = (_at - _from.At).TotalMicroseconds;
        var steps = passed > 0 ? (_paid - _from.Paid) / passed : _debt > 0 ? StepShare : 0;
        return double.Max(Idle, steps + double.Min(_burning / 1000.0, double.Max(0, _quota - steps)));
    }

    private void Settle(DateTimeOffset now)
    {
        var passed = (now - _at).TotalMicroseconds;
        if (passed <= 0) return;
        var paid = double.Min(_debt, StepShare * passed);
        var wanted = _burning / 1000.0 * passed;
        var burned = double.Min(wanted, double.Max(0, (_quota * passed) - paid));
        var isBusyAllAlong = _burning > 0 || paid < _debt;
        CountPeriods(isBusyAllAlong ? now : _at + TimeSpan.FromMicroseconds(paid / StepShare), isShort: burned < wanted, now);
        _debt -= paid;
        _paid += paid;
        _used += double.Max(Idle * passed, paid + burned);
        _throttled += wanted - burned;
        _at = now;
        if (now - _mark.At >= Window) (_from, _mark) = (_mark, (now, _paid));
    }

    private void CountPeriods(DateTimeOffset busyUntil, bool isShort, DateTimeOffset now)
    {
        if (double.IsInfinity(_quota)) return;
        if (busyUntil > _at) _periods.Add(NumberOf(_at), LastBefore(busyUntil));
        if (isShort) _throttledPeriods.Add(NumberOf(_at), LastBefore(now));
    }

    private TimeSpan StopSteps(DateTimeOffset now)
    {
        var period = NumberOf(now);
        var wait = _since + ((period + 1) * Period) - now;
        _periods.Add(period, period);
        _throttledPeriods.Add(period, period);
        // Several processes may wait for the end of the same period: they are one thread's worth.
        if (_stepsStoppedIn != period) _throttled += wait.TotalMicroseconds;
        _stepsStoppedIn = period;
        return wait;
    }

    private long NumberOf(DateTimeOffset moment) => (moment - _since).Ticks / Period.Ticks;

    private long LastBefore(DateTimeOffset moment) => ((moment - _since).Ticks - 1) / Period.Ticks;

    // Each period counts once, however often it is looked at.
    private struct PeriodCount()
    {
        private long _last = -1;

        public long Count { get; private set; }

        public void Add(long first, long last)
        {
            if (last <= _last) return;
            Count += last - long.Max(first, _last + 1) + 1;
            _last = last;
        }
    }
}

/// <summary>What a container has had of the processor.</summary>
/// <param name="UsedMicros">Since its start.</param>
/// <param name="Periods">In which it wanted any and had a quota.</param>
/// <param name="ThrottledPeriods">In which it wanted more than the quota.</param>
/// <param name="ThrottledMicros">How long its threads have had to stand still for that.</param>
/// <param name="Millis">Thousandths of a core, now; what comes and goes over the last 10 to 20 seconds.</param>
internal readonly record struct CpuStat(long UsedMicros, long Periods, long ThrottledPeriods, long ThrottledMicros, long Millis);
