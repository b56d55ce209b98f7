using System.CommandLine;

using MiniK8s.Lab.Commands;
using MiniK8s.Lab.Commands.Store;
using MiniK8s.Lab.Commands.Why;

using Spectre.Console;

// Colours are for a terminal; a file or a pipe gets plain text.
if (Console.IsOutputRedirected) AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });

var root = new RootCommand("MiniK8s: a small Kubernetes control plane as a handful of processes")
{
    UpCommand.Create(TimeProvider.System),
    DownCommand.Create(),
    StatusCommand.Create(),
    WhyCommand.Create(TimeProvider.System),
    AddressCommand.Create(),
    StoreCommand.Create(TimeProvider.System),
    TestCommand.Create(),
    BenchCommand.Create(),
    CertificatesCommand.Create(TimeProvider.System),
    ProbeCommand.Create(),
};

// Ctrl-C cancels the command, and the command may take as long as its processes need to stop.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
