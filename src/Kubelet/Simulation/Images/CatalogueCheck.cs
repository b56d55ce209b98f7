using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;
using MiniK8s.Kubelet.Simulation.Programs;
using MiniK8s.Kubelet.Simulation.Programs.Services;

namespace MiniK8s.Kubelet.Simulation.Images;

/// <summary>
/// What a user's catalogue says is looked at when it is read, all of it: a fault is to be known at the start, not when the first container of the image is.
/// </summary>
internal static class CatalogueCheck
{
    private static IEnumerable<string> TextsOf(ServiceSpec service) =>
    [
        .. service.Log, .. service.ErrorLog, .. service.ReadyLog, .. service.MissingEnvLog, .. service.Signals.Values.SelectMany(s => s.Log),
        .. service.Answers.Values.SelectMany(a => a.Log.Concat(a.ErrorLog)),
    ];

    /// <summary>What is wrong with an image, and of which; null: nothing.</summary>
    public static string? FaultOf(ImageSpec? spec, DirectoryNode userland)
    {
        if (spec?.Repositories is not { Count: > 0 } || spec.Repositories.Contains(null!) || spec.Tags is null || spec.Tags.Contains(null!)) return "an image has no repositories or no tags";
        var name = $"image {spec.Repositories[0]}";
        try
        {
            foreach (var (program, service) in spec.Programs)
            {
                if (service.PortArgument != "" && new Regex(service.PortArgument).GetGroupNumbers().Length < 2) return $"{name}: portArgument of {program} has no group";
                if (service.Signals.Keys.FirstOrDefault(s => Signals.Parse(s) is null) is { } signal) return $"{name}: {program} names a signal {signal}";
                if (TextsOf(service).Select(ServiceProgram.FaultOf).FirstOrDefault(f => f is not null) is { } text) return $"{name}: {program} prints {text}";
                foreach (var duration in service.Signals.Values.Select(s => s.After).Append(service.StartDelay).Append(service.ExitAfter))
                    if (duration != "" && Durations.Parse(duration) is null) return $"{name}: \"{duration}\" of {program} is not a duration";
                if (service.Listen.Any(port => port is < 1 or > 65_535)) return $"{name}: {program} listens on no port";
            }
            foreach (var repository in spec.Repositories)
            {
                if (ImageReference.Parse(repository) is not { } reference) return $"\"{repository}\" is not a repository name";
                var image = new CatalogueImage(spec, reference, userland);
                _ = (image.Root, image.Programs, image.PullTime, image.ToInfo());
            }
            foreach (var tag in spec.Tags.Where(t => !t.Contains('*')))
                if (ImageReference.Parse($"{spec.Repositories[0]}:{tag}") is null) return $"{name}: \"{tag}\" is not a tag";
            return null;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // A null where a text should be, a file below a file, a pattern that is none: whatever makes no image is the catalogue's fault.
            return $"{name}: {error.Message}";
        }
    }
}
