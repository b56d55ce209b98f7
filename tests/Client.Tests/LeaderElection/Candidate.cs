using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.LeaderElection;
using MiniK8s.Client.Tests.Fakes;

namespace MiniK8s.Client.Tests.LeaderElection;

// One elector and what it leads to.
internal sealed class Candidate : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly LeaderElector _elector;
    private readonly TaskCompletionSource _leading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Exception?> _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Candidate(string identity, FakeLeases leases, TimeProvider time, Action<LeaderElectionOptions>? configure = null)
    {
        var options = new LeaderElectionOptions { LeaderElectIdentity = identity };
        configure?.Invoke(options);
        _elector = new LeaderElector(options, "component", leases, Events, time, new Half(), NullLogger<LeaderElector>.Instance);
        Run = _elector.RunAsync(WorkAsync, _stop.Token);
    }

    public FakeEventRecorder Events { get; } = new();

    public Task Run { get; }

    public string Identity => _elector.Identity;

    public bool Leads => _leading.Task.IsCompleted && !_ended.Task.IsCompleted;

    // What the work does before it ends, once it is told to.
    public Action BeforeEnd { get; set; } = () => { };

    public Task UntilLeadsAsync() => _leading.Task.OrMissing("the lead");

    public Task UntilEndedAsync() => _ended.Task.OrMissing("the end of the work");

    public void Finish(Exception? failure = null) => _finish.SetResult(failure);

    public Task StopAsync() => _stop.CancelAsync();

    public void Dispose()
    {
        _stop.Cancel();
        _elector.Dispose();
        _stop.Dispose();
    }

    private async Task WorkAsync(CancellationToken term)
    {
        using var told = term.Register(() => _finish.TrySetResult(null));
        _leading.SetResult();
        var failure = await _finish.Task;
        BeforeEnd();
        _ended.SetResult();
        if (failure is not null) throw failure;
    }

    // Every wait in the middle of what it may be: 2 s and 60 % of that.
    private sealed class Half : Random
    {
        public override double NextDouble() => 0.5;
    }
}
