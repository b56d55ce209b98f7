using System.CommandLine;

using MiniK8s.Lab.Cluster;
using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Commands.Store;

/// <summary>What the commands that look into a store have in common: the key, the store's address, how they fail.</summary>
internal sealed class StoreArguments
{
    private const string DefaultEndpoint = "http://127.0.0.1:2379";

    private readonly Option<string?> _endpoints = new("--endpoints")
    {
        Description = "The store's address, or several with commas between. Default: that of the lab in --data, else " + DefaultEndpoint,
    };

    private readonly Option<string> _data = SharedOptions.Data();

    public Argument<string> Key { get; } = new("KEY")
    {
        Description = "As stored (/registry/pods/default/web) or in short: pod/web, pods/team/web, node/node-1",
    };

    public Option<long?> Revision { get; } = NewRevision();

    /// <summary>A command with these arguments; what the user can mend is said on standard error, with exit code 1.</summary>
    public Command ToCommand(string name, string description, TimeProvider time, Func<ParseResult, StoreReader, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, description) { Key, _endpoints, _data };
        command.SetAction(async (parsed, ct) =>
        {
            try
            {
                await using var store = await StoreReader.OpenAsync(Addresses(parsed), time, ct);
                return await run(parsed, store, ct);
            }
            catch (LabException exception)
            {
                await parsed.InvocationConfiguration.Error.WriteLineAsync(exception.Message);
                return 1;
            }
        });
        return command;
    }

    private static Option<long?> NewRevision()
    {
        var revision = new Option<long?>("--rev") { Description = "The store as it was at this revision" };
        revision.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long?>() is <= 0) result.AddError("--rev must be a revision, 1 or more");
        });
        return revision;
    }

    private IReadOnlyList<string> Addresses(ParseResult parsed)
    {
        var named = parsed.GetValue(_endpoints) ?? LabState.Read(new LabFolder(parsed.GetValue(_data)!, () => { }).StateFile)?.EtcdServers ?? DefaultEndpoint;
        return [.. named.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(WithScheme)];
    }

    // As etcdctl takes it: 127.0.0.1:2379.
    private static string WithScheme(string address)
    {
        var url = address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}";
        if (Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https") return url;
        throw new LabException($"{address} is not a store's address such as {DefaultEndpoint}");
    }
}
