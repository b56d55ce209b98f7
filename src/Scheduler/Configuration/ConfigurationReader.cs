using System.Text.Json;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;

namespace MiniK8s.Scheduler.Configuration;

/// <summary>Reads the file that <c>--config</c> names, and says everything that is wrong with it.</summary>
internal static class ConfigurationReader
{
    private const string Scheme = "pkg/scheduler/apis/config/scheme/scheme.go:30";

    /// <summary>The configuration that a YAML or JSON document means. Counts only where no fault was noted.</summary>
    /// <param name="document">A KubeSchedulerConfiguration.</param>
    /// <param name="schedulerName">The name of the only profile, where it has none.</param>
    /// <param name="registry">The plugins there are.</param>
    /// <param name="faults">Receives a line for each fault, with the path of the field.</param>
    public static SchedulerConfiguration Read(ReadOnlyMemory<byte> document, string schedulerName, PluginRegistry registry, ICollection<string> faults)
    {
        try
        {
            if (ReadShape(document, faults) is { } written) return Resolve(written, schedulerName, registry, faults);
        }
        catch (CodecException ex)
        {
            faults.Add($"error converting YAML to JSON: {ex.Message}");
        }
        return Resolve(new KubeSchedulerConfiguration(), schedulerName, registry, []);
    }

    /// <summary>What a configuration comes to with the defaults, and the faults that its values have.</summary>
    public static SchedulerConfiguration Resolve(KubeSchedulerConfiguration written, string schedulerName, PluginRegistry registry, ICollection<string> faults)
    {
        var errors = new FieldErrorList();
        ConfigurationChecks.Check(written, errors);
        foreach (var error in errors) faults.Add(error.ToString());
        var profiles = new ProfileReader(written, schedulerName, registry, faults).Read();
        return new SchedulerConfiguration(
            profiles, written.Parallelism, TimeSpan.FromSeconds(written.PodInitialBackoffSeconds), TimeSpan.FromSeconds(written.PodMaxBackoffSeconds),
            written.ClientConnection.Kubeconfig, written.LeaderElection, [.. Unused(written)]);
    }

    private static IEnumerable<string> Unused(KubeSchedulerConfiguration written)
    {
        var (connection, none) = (written.ClientConnection, new KubeSchedulerConfiguration());
        if (connection.AcceptContentTypes.Length > 0) yield return "clientConnection.acceptContentTypes";
        if (connection.ContentType.Length > 0) yield return "clientConnection.contentType";
        if (connection.Qps != 0) yield return "clientConnection.qps";
        if (connection.Burst != 0) yield return "clientConnection.burst";
        if (written.Parallelism != none.Parallelism) yield return "parallelism";
        if (!written.EnableProfiling) yield return "enableProfiling";
        if (!written.EnableContentionProfiling) yield return "enableContentionProfiling";
        if (written.DelayCacheUntilActive) yield return "delayCacheUntilActive";
    }

    private static KubeSchedulerConfiguration? ReadShape(ReadOnlyMemory<byte> document, ICollection<string> faults)
    {
        var (json, duplicates) = YamlCodec.ToJsonWithDuplicates(document);
        using var parsed = JsonDocument.Parse(json);
        if (TypeFault(parsed.RootElement) is { } fault)
        {
            faults.Add(fault);
            return null;
        }
        List<string> unknown = [.. duplicates];
        List<string> mismatches = [];
        StrictJson.Check(parsed.RootElement, typeof(KubeSchedulerConfiguration), unknown, mismatches);
        foreach (var mismatch in mismatches) faults.Add(mismatch);
        foreach (var field in unknown) faults.Add($"strict decoding error: {field}");
        return mismatches.Count > 0 ? null : (KubeSchedulerConfiguration)StrictJson.Read(parsed.RootElement, typeof(KubeSchedulerConfiguration));
    }

    private static string? TypeFault(JsonElement root)
    {
        var (version, kind) = (Text(root, "apiVersion"), Text(root, "kind"));
        if (kind.Length == 0) return $"Object 'Kind' is missing in '{root.GetRawText()}'";
        if (version.Length == 0) return $"Object 'apiVersion' is missing in '{root.GetRawText()}'";
        return version == KubeSchedulerConfiguration.Version && kind == nameof(KubeSchedulerConfiguration)
            ? null
            : $"no kind {GoText.Quote(kind)} is registered for version {GoText.Quote(version)} in scheme {GoText.Quote(Scheme)}";
    }

    private static string Text(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
