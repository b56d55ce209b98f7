using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Logging;

using MiniK8s.Api.Errors;
using MiniK8s.Client.Events;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Coordination.V1;

namespace MiniK8s.Client.LeaderElection;

/// <summary>Lets one of several instances of a component act at a time, by a Lease that the one renews and the others watch over.</summary>
/// <remarks>
/// | the term ends because                    | the work       | the lease                  | RunAsync                      |
/// |------------------------------------------|----------------|----------------------------|-------------------------------|
/// | the process stops                        | stops first    | is given back              | returns                       |
/// | the work ends or fails                   | has ended      | is given back              | returns, or throws the same   |
/// | the lease could not be renewed in time   | stops at once  | runs out by itself         | throws LeadershipLostException|
/// | the lease names another                  | stops at once  | is the other's             | throws LeadershipLostException|
/// A leader that has lost does not stand again: its process ends and is started anew by whoever looks after it, as Kubernetes' do.
/// No promise that never two act: one that is held up between looking at its lease and writing acts on an old belief. What it writes must be
/// refused for what it says of the object: a bound Pod, a resourceVersion, a UID.
/// Source: client-go/tools/leaderelection/leaderelection.go.
/// </remarks>
public sealed partial class LeaderElector : IDisposable
{
    // Until there is a lease, nobody is in anybody's way, and a cluster that is starting may lack its namespace for a moment.
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(200);

    private readonly LeaderElectionOptions _options;
    private readonly string _name;
    private readonly IResourceClient<Lease> _leases;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger<LeaderElector> _logger;
    private readonly LeaseClaim _claim;
    private readonly LeaderElectionMetrics _metrics;
    private Lease? _lease;     // as last seen; the rest is the loop's own as well
    private long _changedAt;     // when its spec was last seen to change, by our own clock

    /// <param name="options">Whether there is an election at all, and its figures.</param>
    /// <param name="component">Names the lease, unless the options do.</param>
    /// <param name="api">The apiserver.</param>
    /// <param name="events">Hears of every change of leadership.</param>
    /// <param name="time">Measures how long others have been silent.</param>
    /// <param name="random">Spreads the candidates' attempts.</param>
    /// <param name="logger">Where it says who leads.</param>
    /// <exception cref="ArgumentException">The figures leave a leader no time to stand down before another may lead.</exception>
    public LeaderElector(
        LeaderElectionOptions options, string component, IApiClient api, IEventRecorder events, TimeProvider time, Random random, ILogger<LeaderElector> logger)
    {
        if (options.Validate(new ValidationContext(options)).FirstOrDefault() is { } fault)
            throw new ArgumentException($"{string.Join(", ", fault.MemberNames)} {fault.ErrorMessage}", nameof(options));
        (_options, _events, _time, _random, _logger) = (options, events, time, random, logger);
        _name = options.LeaderElectResourceName ?? component;
        _leases = api.Resource<Lease>();
        Identity = options.LeaderElectIdentity ?? $"{Environment.MachineName}_{Guid.NewGuid()}";
        _claim = new LeaseClaim(options.LeaderElectResourceNamespace, _name, Identity, options.LeaderElectLeaseDuration, time);
        _metrics = new LeaderElectionMetrics(_name);
    }

    private enum Attempt
    {
        Holds,
        IsAnothers,
        Failed,
    }

    /// <summary>Who this instance is in the election.</summary>
    public string Identity { get; }

    /// <summary>Waits until it is this instance's turn, and works until stopped. Without an election it is at once.</summary>
    /// <param name="work">Acts until its token is cancelled, and has stopped acting when it returns.</param>
    /// <param name="stopping">Ends the wait, or the work.</param>
    /// <exception cref="LeadershipLostException">Another may lead by now.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        if (!_options.LeaderElect)
        {
            await work(stopping);
            return;
        }
        if (!await AcquireAsync(stopping)) return;
        LogLeads(_logger, Identity, _name);
        _metrics.SetLeads(true);
        Record("became leader");
        await LeadAsync(work, stopping);
    }

    /// <inheritdoc/>
    public void Dispose() => _metrics.Dispose();

    private async Task LeadAsync(Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        using var term = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var working = Task.Run(() => work(term.Token), CancellationToken.None);     // may be busy from its first step on
        var renewing = RenewAsync(term.Token);
        await Task.WhenAny(working, renewing);
        await term.CancelAsync();
        await ((Task)Task.WhenAll(working, renewing)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        _metrics.SetLeads(false);
        Record("stopped leading");
        if (!await renewing)
        {
            LogLost(_logger, Identity, _name);
            throw new LeadershipLostException();
        }
        await ReleaseAsync();
        await working;
    }

    // False: stopped before it was our turn.
    private async Task<bool> AcquireAsync(CancellationToken stopping)
    {
        LogStands(_logger, Identity, _name);
        while (true)
        {
            var attempt = await TryAsync(leads: false, CancellationToken.None);
            if (attempt == Attempt.Holds && !stopping.IsCancellationRequested) return true;
            if (attempt == Attempt.Holds) await ReleaseAsync();
            var wait = _lease is null ? FirstRetry : _options.LeaderElectRetryPeriod * (1 + _random.NextDouble() * LeaderElectionOptions.JitterFactor);
            await Task.Delay(wait, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested) return false;
        }
    }

    // False: the lease is lost. True: the term has ended otherwise, and the lease is ours. A write under way is always awaited, so that we know our lease.
    private async Task<bool> RenewAsync(CancellationToken term)
    {
        while (true)
        {
            await Task.Delay(_options.LeaderElectRetryPeriod, _time, term).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (term.IsCancellationRequested) return true;
            if (!await RenewOnceAsync(term)) return false;
        }
    }

    private async Task<bool> RenewOnceAsync(CancellationToken term)
    {
        using var deadline = new CancellationTokenSource(_options.LeaderElectRenewDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(term, deadline.Token);
        while (true)
        {
            var attempt = await TryAsync(leads: true, deadline.Token);
            if (attempt == Attempt.Holds) return true;
            if (attempt == Attempt.IsAnothers) return false;
            await Task.Delay(_options.LeaderElectRetryPeriod, _time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (deadline.IsCancellationRequested) return false;
            if (term.IsCancellationRequested) return true;
        }
    }

    private async Task<Attempt> TryAsync(bool leads, CancellationToken deadline)
    {
        try
        {
            if (leads && await RenewUnreadAsync(deadline)) return Attempt.Holds;
            See(await CallAsync(FindAsync, deadline));
            var step = Election.Decide(leads, Identity, _lease?.Spec, _time.GetElapsedTime(_changedAt));
            if (step is ElectionStep.Wait or ElectionStep.Lose) return Attempt.IsAnothers;
            See(await CallAsync(ct => WriteAsync(step, ct), deadline));
            return Attempt.Holds;
        }
        catch (Exception exception)
        {
            if (leads) LogNotRenewed(_logger, _name, exception.Message);
            else LogNotTaken(_logger, _name, exception.Message);
            return Attempt.Failed;
        }
    }

    // The leader need not read what it wrote itself. Whatever the refusal, the lease as it stands decides.
    private async Task<bool> RenewUnreadAsync(CancellationToken deadline)
    {
        try
        {
            See(await CallAsync(ct => _leases.UpdateAsync(_claim.Renewed(_lease!), ct), deadline));
            return true;
        }
        catch (ApiException refusal) when (refusal.Status.Code is 404 or 409)
        {
            _metrics.CountSlowPath();
            return false;
        }
    }

    private Task<Lease> WriteAsync(ElectionStep step, CancellationToken ct) => step switch
    {
        ElectionStep.Create => _leases.CreateAsync(_claim.Created(), ct),
        ElectionStep.Take => _leases.UpdateAsync(_claim.Taken(_lease!), ct),
        _ => _leases.UpdateAsync(_claim.Renewed(_lease!), ct),
    };

    // The successor need not wait for the lease to run out. Where it cannot be told, it does.
    private async Task ReleaseAsync()
    {
        try
        {
            See(await CallAsync(ct => _leases.UpdateAsync(_claim.Released(_lease!), ct), CancellationToken.None));
            LogReleased(_logger, _name);
        }
        catch (Exception exception)
        {
            LogNotReleased(_logger, _name, exception.Message);
        }
    }

    private async Task<Lease?> FindAsync(CancellationToken ct)
    {
        try
        {
            return await _leases.GetAsync(_options.LeaderElectResourceNamespace, _name, ct);
        }
        catch (ApiException refusal) when (refusal.Status.Code == 404)
        {
            return null;
        }
    }

    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken deadline)
    {
        using var timeout = new CancellationTokenSource(_options.CallTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline, timeout.Token);
        return await call(either.Token);
    }

    private void See(Lease? lease)
    {
        if (!Equals(lease?.Spec, _lease?.Spec)) _changedAt = _time.GetTimestamp();
        if (lease is not null && lease.Spec.HolderIdentity != Identity && lease.Spec.HolderIdentity != _lease?.Spec.HolderIdentity)
            LogHeld(_logger, _name, lease.Spec.HolderIdentity);
        _lease = lease;
    }

    private void Record(string what)
    {
        if (_lease is not null) _events.Record(_lease, EventTypes.Normal, "LeaderElection", $"{Identity} {what}");
    }
}
