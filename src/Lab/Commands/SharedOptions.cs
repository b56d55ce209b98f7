using System.CommandLine;
using System.CommandLine.Parsing;

namespace MiniK8s.Lab.Commands;

/// <summary>Options that several commands have.</summary>
internal static class SharedOptions
{
    public static Option<string> Data() => new("--data")
    {
        Description = "The lab's folder: data, certificates, logs, kubeconfig, lab.json",
        DefaultValueFactory = _ => ".lab",
    };

    /// <summary>Reads an absolute URL; anything else is an error that names it.</summary>
    public static Uri? ParseUri(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Uri.TryCreate(text, UriKind.Absolute, out var uri)) return uri;
        result.AddError($"{text} is not a URL such as https://127.0.0.1:6443");
        return null;
    }
}
