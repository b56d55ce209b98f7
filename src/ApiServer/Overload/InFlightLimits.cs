using System.Diagnostics.Metrics;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Authorization;
using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.Overload;

/// <summary>Bounds how many requests are worked on at once, so that a flood costs those who make it and not the process.</summary>
/// <remarks>
/// request                          | limit                                 | default
/// ---------------------------------+---------------------------------------+--------
/// get, list                        | --max-requests-inflight               | 400
/// everything else that ends itself | --max-mutating-requests-inflight      | 200
/// what lasts (<see cref="LongRunning"/>) | --max-long-running-requests-per-user | 5000 each user
/// Beyond it: 429, Retry-After 1. 0 is no limit. Administrators (system:masters) have places of their own, as many: whoever floods the
/// server cannot lock out who would stop him.
/// </remarks>
internal sealed class InFlightLimits : IDisposable
{
    private static readonly string[] Reads = ["get", "list", "head"];

    private readonly Places _reads, _writes, _administratorReads, _administratorWrites;
    private readonly int _perUser;
    private readonly Lock _gate = new();     // guards the next
    private readonly Dictionary<string, int> _longRunning = [];
    private readonly Meter _meter = new("MiniK8s.ApiServer.Overload");

    /// <summary>Everything is free.</summary>
    public InFlightLimits(ApiServerOptions options)
    {
        (_reads, _administratorReads) = (new(options.MaxRequestsInflight), new(options.MaxRequestsInflight));
        (_writes, _administratorWrites) = (new(options.MaxMutatingRequestsInflight), new(options.MaxMutatingRequestsInflight));
        _perUser = options.MaxLongRunningRequestsPerUser;
        _meter.CreateObservableGauge(
            "apiserver_current_inflight_requests",
            () => new Measurement<int>[]
            {
                new(InFlight.Reads, new KeyValuePair<string, object?>("request_kind", "readOnly")),
                new(InFlight.Writes, new KeyValuePair<string, object?>("request_kind", "mutating")),
            },
            description: "Requests being worked on, those that last left out.");
    }

    /// <summary>How many requests are worked on, those that last left out.</summary>
    public (int Reads, int Writes) InFlight => (_reads.Taken + _administratorReads.Taken, _writes.Taken + _administratorWrites.Taken);

    /// <summary>Takes a place until what it returns is disposed.</summary>
    /// <exception cref="ApiException">429: there is none.</exception>
    public IDisposable Enter(UserInfo user, RequestAttributes request)
    {
        if (LongRunning.Is(request)) return EnterLongRunning(user.Name);
        var places = (Reads.Contains(request.Verb), user.Groups.Contains("system:masters")) switch
        {
            (true, false) => _reads,
            (false, false) => _writes,
            (true, true) => _administratorReads,
            (false, true) => _administratorWrites,
        };
        return places.TryTake() ? new Place(places.GiveBack) : throw TooMany();
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private Place EnterLongRunning(string user)
    {
        lock (_gate)
        {
            var open = _longRunning.GetValueOrDefault(user);
            if (_perUser > 0 && open >= _perUser) throw TooMany();
            _longRunning[user] = open + 1;
        }
        return new Place(() => LeaveLongRunning(user));
    }

    private void LeaveLongRunning(string user)
    {
        lock (_gate)
        {
            if (--_longRunning[user] == 0) _longRunning.Remove(user);
        }
    }

    private static ApiException TooMany() => StatusErrors.TooManyRequests("Too many requests, please try again later.", retryAfterSeconds: 1);

    /// <summary>A counter with a bound.</summary>
    private sealed class Places(int limit)
    {
        private int _taken;

        public int Taken => Volatile.Read(ref _taken);

        public bool TryTake()
        {
            if (Interlocked.Increment(ref _taken) <= limit || limit == 0) return true;
            GiveBack();
            return false;
        }

        public void GiveBack() => Interlocked.Decrement(ref _taken);
    }

    /// <summary>A place taken; given back once, however often it is disposed.</summary>
    private sealed class Place(Action giveBack) : IDisposable
    {
        private Action? _giveBack = giveBack;

        public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
    }
}
