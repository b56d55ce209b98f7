using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Services;

/// <summary>
/// nginx: master and worker, static files and <c>return</c> from its configuration, access and error log, <c>-s</c>, <c>-t</c>,
/// <c>-v</c>. Without <c>daemon off;</c> it goes to the
/// background and the command ends, as the real one does.
/// </summary>
internal sealed class Nginx : IProgram
{
    private const string PidFile = "/run/nginx.pid";
    private static readonly TimeSpan BindRetry = TimeSpan.FromMilliseconds(500);

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "gscpe");
        var version = self.Kernel.Facts.GetValueOrDefault("nginx.version", "1.27.5");
        if (options.Has("v", "V"))
        {
            await self.ErrorAsync($"nginx version: nginx/{version}");
            return 0;
        }
        if (options.TryValue(out var signal, "s")) return await SignalAsync(self, signal);

        var configFile = options.Value("c") ?? "/etc/nginx/nginx.conf";
        NginxConfiguration configuration;
        try
        {
            configuration = await NginxConfiguration.ReadAsync(self, configFile);
        }
        catch (FileError error)
        {
            return await EmergencyAsync(self, $"open() \"{configFile}\" failed ({Errno(error)}: {error.Message})");
        }
        if (configuration.Fault is { } fault) return await EmergencyAsync(self, fault);
        if (options.Has("t"))
        {
            await self.ErrorAsync($"nginx: the configuration file {configFile} syntax is ok\nnginx: configuration file {configFile} test is successful");
            return 0;
        }
        var master = new NginxMaster(configuration, version, string.Join(' ', arguments));
        if (configuration.DaemonOff || options.Values("g").Any(g => g.Replace(" ", "", StringComparison.Ordinal).Contains("daemonoff", StringComparison.Ordinal))) return await master.RunAsync(self, arguments);

        if (await master.PrepareAsync(self) is { } code) return code;
        self.Kernel.Start(self, arguments, new ResolvedCommand(master), new ProcessSetup(
            new Dictionary<string, string>(self.Environment), "/", self.User, self.Descriptors.Copy(), self.Clock.ForChild()));
        return 0;
    }

    private static async ValueTask<int> SignalAsync(SimProcess self, string name)
    {
        int? signal = name switch { "quit" => Signals.Quit, "stop" => Signals.Term, "reload" => Signals.Hup, "reopen" => Signals.Usr1, _ => null };
        if (signal is not { } number)
        {
            await self.ErrorAsync($"nginx: invalid option: \"-s {name}\"");
            return 1;
        }
        try
        {
            var pid = int.TryParse((await self.Files.ReadTextAsync(PidFile)).Trim(), CultureInfo.InvariantCulture, out var p) ? p : 0;
            if (self.Kernel.Find(pid) is not { } master)
                return await EmergencyAsync(self, $"kill({pid}, {number}) failed (3: No such process)", "error");
            await self.ErrorAsync($"{Stamp(self)} [notice] {self.Pid}#{self.Pid}: signal process started");
            master.Deliver(number);
            return 0;
        }
        catch (FileError error)
        {
            return await EmergencyAsync(self, $"open() \"{PidFile}\" failed ({Errno(error)}: {error.Message})", "error");
        }
    }

    private static async ValueTask<int> EmergencyAsync(SimProcess self, string text, string level = "emerg")
    {
        await self.ErrorAsync($"{Stamp(self)} [{level}] {self.Pid}#{self.Pid}: {text}\nnginx: [{level}] {text}");
        return 1;
    }

    private static string Stamp(SimProcess self) =>
        self.Clock.Now.UtcDateTime.ToString("yyyy/MM/dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static int Errno(FileError error) => error.Message switch
    {
        "No such file or directory" => 2, "Permission denied" => 13, "Is a directory" => 21, "Read-only file system" => 30, "Address already in use" => 98, _ => 1,
    };

    /// <summary>
    /// The master process. Signals: TERM and INT end it at once, QUIT after open requests, HUP reads the configuration again.
    /// </summary>
    private sealed class NginxMaster(NginxConfiguration configuration, string version, string commandLine) : IProgram
    {
        private readonly List<Listener> _listeners = [];
        private NginxSite _site = new(configuration, version);
        private SimProcess? _worker;
        private int _open;
        private int _connections;

        /// <summary>What must work before nginx goes on: its temporary directory. Answers an exit code.</summary>
        public async ValueTask<int?> PrepareAsync(SimProcess self)
        {
            try
            {
                foreach (var name in new[] { "client_temp", "proxy_temp" })
                    if (!self.Files.Exists($"/var/cache/nginx/{name}")) self.Files.MakeDirectory($"/var/cache/nginx/{name}");
                return null;
            }
            catch (FileError error)
            {
                return await EmergencyAsync(self, $"mkdir() \"/var/cache/nginx/client_temp\" failed ({Errno(error)}: {error.Message})");
            }
        }

        public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
        {
            if (await PrepareAsync(self) is { } prepared) return prepared;
            if (!await BindAsync(self)) return 1;
            try
            {
                await self.Files.WriteTextAsync(PidFile, $"{self.Pid}\n");
            }
            catch (FileError error)
            {
                return await EmergencyAsync(self, $"open() \"{PidFile}\" failed ({Errno(error)}: {error.Message})");
            }
            self.Title = $"nginx: master process {commandLine}";
            self.UseMemory(new MemoryUse(4 << 20, self.Clock.Now));
            self.Signals.Catch(Signals.Term, Signals.Int, Signals.Quit, Signals.Hup, Signals.Usr1, Signals.Winch, Signals.Child);
            _worker = StartWorker(self);
            await NoticeAsync(self, "using the \"epoll\" event method", $"nginx/{version}", "built by gcc 12.2.0 (Debian 12.2.0-14+deb12u1)", "OS: Linux 6.1.0-minik8s",
                "getrlimit(RLIMIT_NOFILE): 1048576:1048576", "start worker processes", $"start worker process {_worker.Pid}");
            await UntilToldToEndAsync(self);
            _listeners.ForEach(self.Kernel.Network.Close);
            await EndWorkerAsync(self, _worker);
            await NoticeAsync(self, "exit");
            self.Files.Delete(PidFile);
            return 0;
        }

        private async ValueTask UntilToldToEndAsync(SimProcess self)
        {
            while (true)
            {
                switch (await self.NextSignalAsync())
                {
                    case Signals.Quit:
                        await NoticeAsync(self, "signal 3 (SIGQUIT) received, shutting down");
                        _listeners.ForEach(self.Kernel.Network.Close);
                        while (Volatile.Read(ref _open) > 0) await self.SleepAsync(TimeSpan.FromMilliseconds(20));
                        return;
                    case Signals.Hup:
                        await NoticeAsync(self, "signal 1 (SIGHUP) received, reconfiguring", "reconfiguring");
                        await ReloadAsync(self);
                        break;
                    case var signal and (Signals.Term or Signals.Int):
                        await NoticeAsync(self, $"signal {signal} (SIG{Signals.Name(signal)}) received, exiting");
                        return;
                }
            }
        }

        private async ValueTask ReloadAsync(SimProcess self)
        {
            try
            {
                var read = await NginxConfiguration.ReadAsync(self, "/etc/nginx/nginx.conf");
                if (read.Fault is { } fault) await EmergencyAsync(self, fault);
                else
                {
                    _site = new NginxSite(read, version);
                    var old = _worker!;
                    _worker = StartWorker(self);
                    await NoticeAsync(self, "using the \"epoll\" event method", "start worker processes", $"start worker process {_worker.Pid}");
                    await EndWorkerAsync(self, old);
                }
            }
            catch (FileError error)
            {
                await EmergencyAsync(self, $"open() \"/etc/nginx/nginx.conf\" failed ({Errno(error)}: {error.Message})");
            }
        }

        // As nginx: five tries, half a second apart.
        private async ValueTask<bool> BindAsync(SimProcess self)
        {
            foreach (var port in configuration.Ports)
            {
                var listener = new Listener(self, port, (connection, ct) => ServeAsync(self, port, connection, ct));
                for (var attempt = 1; ; attempt++)
                {
                    try
                    {
                        self.Kernel.Network.Listen(listener);
                        _listeners.Add(listener);
                        break;
                    }
                    catch (FileError)
                    {
                        await EmergencyAsync(self, $"bind() to 0.0.0.0:{port} failed (98: Address already in use)");
                        if (attempt == 5)
                        {
                            await EmergencyAsync(self, "still could not bind()");
                            return false;
                        }
                        await self.SleepAsync(BindRetry);
                    }
                }
            }
            return true;
        }

        private async ValueTask EndWorkerAsync(SimProcess self, SimProcess worker)
        {
            worker.Die(Signals.Kill);
            await worker.Exited;
            await NoticeAsync(self, $"worker process {worker.Pid} exited with code 0");
        }

        // As the user of the images' nginx.conf, who is number 101 in all of them; only root can become somebody else.
        private static SimProcess StartWorker(SimProcess self)
        {
            var user = self.User.Uid == 0 ? new FileUser(101, 101, []) : self.User;
            var worker = self.Kernel.Start(self, ["nginx"], new ResolvedCommand(new Worker()), new ProcessSetup(
                new Dictionary<string, string>(self.Environment), "/", user, self.Descriptors.Copy(), self.Clock.ForChild()));
            worker.Title = "nginx: worker process";
            return worker;
        }

        // Only versions whose default error_log level is notice say these.
        private async ValueTask NoticeAsync(SimProcess self, params string[] lines)
        {
            if (Version.TryParse(version, out var number) && number < new Version(1, 21)) return;
            foreach (var line in lines) await self.ErrorAsync($"{Stamp(self)} [notice] {self.Pid}#{self.Pid}: {line}");
        }

        private async Task ServeAsync(SimProcess self, int port, Connection connection, CancellationToken ct)
        {
            var number = Interlocked.Increment(ref _connections);
            await HttpService.ServeAsync(connection, async (request, from, _) =>
            {
                Interlocked.Increment(ref _open);
                try
                {
                    return await AnswerAsync(self, port, number, request, from);
                }
                finally
                {
                    Interlocked.Decrement(ref _open);
                }
            }, ct);
        }

        private async ValueTask<VirtualResponse> AnswerAsync(SimProcess self, int port, int number, VirtualRequest request, Connection from)
        {
            var client = from.RemoteAddress.Split(':')[0];
            var (response, missing) = await _site.AnswerAsync(self, port, request);
            if (missing is not null)
                await self.ErrorAsync($"{Stamp(self)} [error] {self.Pid}#{self.Pid}: *{number} {missing}, client: {client}, server: localhost, request: \"{request.Method} {request.Path} HTTP/1.1\", host: \"{request.Header("Host")}\"");
            var time = self.Clock.Now.UtcDateTime.ToString("dd/MMM/yyyy:HH:mm:ss '+0000'", CultureInfo.InvariantCulture);
            await self.WriteLineAsync($"{client} - - [{time}] \"{request.Method} {request.Path} HTTP/1.1\" {response.Status} {(request.Method == "HEAD" ? 0 : response.Body.Length)} \"-\" \"{request.Header("User-Agent") ?? "-"}\" \"-\"");
            return response;
        }

        private sealed class Worker : IProgram
        {
            public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
            {
                while (true) await self.NextSignalAsync();
            }
        }
    }
}
