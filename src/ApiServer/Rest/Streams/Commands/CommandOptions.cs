using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Rest.Parameters;

namespace MiniK8s.ApiServer.Rest.Streams.Commands;

/// <summary>The query of exec and attach: PodExecOptions and PodAttachOptions but for the container.</summary>
/// <param name="Command">Of exec: the program and its arguments.</param>
/// <param name="Stderr">Never together with <paramref name="Tty"/>: a terminal has one output.</param>
internal sealed record CommandOptions(IReadOnlyList<string> Command, bool Stdin, bool Stdout, bool Stderr, bool Tty)
{
    public static CommandOptions Read(IQueryCollection query)
    {
        var tty = query.Flag("tty");
        return new([.. query["command"].OfType<string>()], query.Flag("stdin"), query.Flag("stdout"), query.Flag("stderr") && !tty, tty);
    }

    /// <exception cref="ApiException">400: nothing would be carried.</exception>
    public void Check()
    {
        if (!Stdin && !Stdout && !Stderr) throw StatusErrors.BadRequest("you must specify at least 1 of stdin, stdout, stderr");
    }
}
