using System.Text.Json;
using System.Threading.Channels;

using Microsoft.Extensions.Logging;

using MiniK8s.Api.Errors;
using MiniK8s.Client.Reflection;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Events;

/// <summary>Queues what is recorded and writes it in the background, repeats as a count on the event already stored.</summary>
public sealed partial class EventRecorder : IEventRecorder
{
    private readonly EventSourceOptions _options;
    private readonly IApiClient _api;
    private readonly TimeProvider _time;
    private readonly ILogger<EventRecorder> _logger;
    private readonly EventCorrelator _correlator;
    private readonly Channel<Occurrence> _queue;
    private readonly BackoffOptions _backoff = new();
    private readonly Random _random;

    /// <summary>Nothing is written before <see cref="RunAsync"/>.</summary>
    public EventRecorder(EventSourceOptions options, IApiClient api, TimeProvider time, Random random, ILogger<EventRecorder> logger)
    {
        (_options, _api, _time, _random, _logger) = (options, api, time, random, logger);
        _correlator = new EventCorrelator(options, time);
        _queue = Channel.CreateBounded<Occurrence>(
            new BoundedChannelOptions(options.QueueLimit) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    }

    /// <inheritdoc />
    public void Record(ObjectReference regarding, string type, string reason, string message, string action = "", IReadOnlyDictionary<string, string>? annotations = null) =>
        Record(_options.Component, regarding, type, reason, message, action, annotations);

    /// <inheritdoc />
    public IEventRecorder As(string component) => new Named(this, component);

    /// <summary>Writes until stopped; what still waits then is lost.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var occurrence in _queue.Reader.ReadAllAsync(stopping))
            {
                if (_correlator.Correlate(occurrence) is { } stored) await WriteAsync(stored, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped(_logger, _queue.Reader.Count);
        }
    }

    private void Record(
        string component, ObjectReference regarding, string type, string reason, string message, string action, IReadOnlyDictionary<string, string>? annotations)
    {
        var occurrence = new Occurrence(component, regarding, type, reason, EventText.Cut(message), action, _time.GetUtcNow(), annotations);
        if (!_queue.Writer.TryWrite(occurrence)) LogLost(_logger, reason, regarding.Namespace, regarding.Name);
    }

    private async Task WriteAsync(Event stored, CancellationToken stopping)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                await StoreAsync(stored, stopping);
                return;
            }
            catch (ApiException ex) when (failures < _options.MaxTries && ex.Status.Code is 429 or 503 or 504)
            {
                await Task.Delay(_backoff.After(failures, _random.NextDouble()), _time, stopping);
            }
            catch (ApiException ex) when (ex.Status.Code is 403 or 404)
            {
                LogUnwanted(_logger, stored.Reason, stored.Metadata.Namespace, stored.InvolvedObject.Name, ex.Message);
                return;
            }
            catch (Exception ex) when (!stopping.IsCancellationRequested)
            {
                LogRefused(_logger, stored.Reason, stored.Metadata.Namespace, stored.InvolvedObject.Name, ex.Message);
                return;
            }
        }
    }

    private async Task StoreAsync(Event stored, CancellationToken ct)
    {
        var events = _api.Resource<Event>();
        try
        {
            if (stored.Count > 1)
            {
                await events.PatchAsync(
                    stored.Metadata.Namespace, stored.Metadata.Name, PatchType.StrategicMergePatch, PatchOf(stored), subresource: "", ct);
                return;
            }
        }
        catch (ApiException ex) when (ex.Status.Code == 404)
        {
            stored = _correlator.Renew(stored);
        }
        await events.CreateAsync(stored, ct);
    }

    private static string PatchOf(Event stored) => JsonSerializer.Serialize(new
    {
        count = stored.Count,
        lastTimestamp = stored.LastTimestamp.ToDateTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        message = stored.Message,
    });

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {Reason} of {Ns}/{Name} lost: too many wait to be written")]
    private static partial void LogLost(ILogger logger, string reason, string ns, string name);

    // Its namespace is going or gone: there is nobody left to read it.
    [LoggerMessage(Level = LogLevel.Information, Message = "Event {Reason} of {Ns}/{Name} not taken: {Refusal}")]
    private static partial void LogUnwanted(ILogger logger, string reason, string ns, string name, string refusal);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {Reason} of {Ns}/{Name} lost: {Refusal}")]
    private static partial void LogRefused(ILogger logger, string reason, string ns, string name, string refusal);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Event recorder stopped, {Count} events unwritten")]
    private static partial void LogStopped(ILogger logger, int count);

    private sealed class Named(EventRecorder recorder, string component) : IEventRecorder
    {
        public void Record(ObjectReference regarding, string type, string reason, string message, string action = "", IReadOnlyDictionary<string, string>? annotations = null) =>
            recorder.Record(component, regarding, type, reason, message, action, annotations);

        public IEventRecorder As(string component) => recorder.As(component);
    }
}
