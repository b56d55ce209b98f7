using System.Formats.Tar;
using System.Text;
using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>tar in a container, with archives that other programs write and read.</summary>
public sealed class TarTests
{
    [Fact]
    public async Task Create_TreeToStdout_IsReadElsewhere()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("mkdir -p /d/e; echo one > /d/a; echo two > /d/e/b; chmod 640 /d/a; ln -s a /d/l; sleep 1000");
        await Eventually(async () => (await lab.ExecAsync(id, "test -L /d/l")).ExitCode == 0);

        var (code, output, errors) = await RunAsync(lab, id, [], "tar", "cf", "-", "/d");

        Assert.Equal((0, "tar: removing leading '/' from member names\n"), (code, errors));
        var entries = Entries(output);
        Assert.Equal(["d/", "d/a", "d/e/", "d/e/b", "d/l"], entries.Select(entry => entry.Name));
        Assert.Equal((UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, "one\n"), (entries[1].Mode, entries[1].Text));
        Assert.Equal("a", entries[4].Link);
    }

    [Theory]
    [InlineData("tar", "-xmf", "-", "-C", "/t")]
    [InlineData("tar", "--no-same-permissions", "--no-same-owner", "-xmf", "-", "-C", "/t")]
    public async Task Extract_ArchiveOfAnyKind_IsThere(params string[] command)
    {
        foreach (var format in new[] { TarEntryFormat.Ustar, TarEntryFormat.Pax, TarEntryFormat.Gnu })
        {
            await using var lab = new SimLab();
            var id = await lab.StartShellAsync("mkdir /t; sleep 1000");
            await Eventually(async () => (await lab.ExecAsync(id, "test -d /t")).ExitCode == 0);
            var longName = "x/" + new string('n', 90);

            var (code, _, errors) = await RunAsync(lab, id, Archive(format, ("x/y/f", "content\n"), (longName, new string('z', 100_000))), command);

            Assert.Equal((0, ""), (code, errors));
            Assert.Equal("content\n", (await lab.ExecAsync(id, "cat /t/x/y/f")).Stdout);
            Assert.Equal("100000\n", (await lab.ExecAsync(id, $"wc -c < /t/{longName}")).Stdout.Trim(' '));
        }
    }

    [Fact]
    public async Task Extract_MemberOutside_IsLeftOut()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("mkdir -p /t/in; sleep 1000");
        await Eventually(async () => (await lab.ExecAsync(id, "test -d /t/in")).ExitCode == 0);

        var (code, _, errors) = await RunAsync(lab, id, Archive(TarEntryFormat.Ustar, ("../evil", "x"), ("/abs", "y")), "tar", "xf", "-", "-C", "/t/in");

        Assert.Equal((1, "tar: name with '..' skipped: '../evil'\n"), (code, errors));
        Assert.Equal("abs\n", (await lab.ExecAsync(id, "ls /t/in; ls /t | grep evil")).Stdout);
    }

    [Fact]
    public async Task Extract_Rubbish_FailsAndEndsNothingElse()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("sleep 1000");
        var random = new Random(5);
        var good = Archive(TarEntryFormat.Pax, ("f", "content"));
        for (var i = 0; i < 200; i++)
        {
            var bytes = good.ToArray();
            for (var j = 0; j < 1 + i % 40; j++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);

            var (code, _, errors) = await RunAsync(lab, id, bytes[..random.Next(bytes.Length)], "tar", "xf", "-", "-C", "/tmp");

            Assert.True(code is 0 or 1, $"{code}: {errors}");
        }
        Assert.Equal(ContainerState.Running, (await lab.StatusAsync(id)).State);
    }

    [Fact]
    public async Task Tar_BadUse_SaysSo()
    {
        await using var lab = new SimLab();
        var id = await lab.StartShellAsync("sleep 1000");

        Assert.Equal("tar: nope: No such file or directory\ntar: error exit delayed from previous errors\n", (await lab.ExecAsync(id, "tar cf - nope > /dev/null")).Stderr);
        Assert.Equal("tar: can't change directory to '/nope': No such file or directory\n", (await lab.ExecAsync(id, "tar xf - -C /nope")).Stderr);
        Assert.Equal("tar: can't open 'nope.tar': No such file or directory\n", (await lab.ExecAsync(id, "tar xf nope.tar")).Stderr);
        Assert.Equal("tar: must specify one of -c, -x, -t\n", (await lab.ExecAsync(id, "tar")).Stderr);
        Assert.Equal("f\n", (await lab.ExecAsync(id, "cd /tmp; echo 1 > f; tar cf x.tar f; tar tf x.tar")).Stdout);
    }

    private static async Task<(int Code, byte[] Output, string Errors)> RunAsync(SimLab lab, string id, byte[] input, params string[] command)
    {
        var (output, errors) = (new MemoryStream(), new MemoryStream());
        var code = await lab.Runtime.ExecAsync(id, new ExecRequest(command), new ContainerStreams(new MemoryStream(input), output, errors), default).OrMissing("the end of tar");
        return (code, output.ToArray(), Encoding.UTF8.GetString(errors.ToArray()));
    }

    private static byte[] Archive(TarEntryFormat format, params (string Name, string Text)[] files)
    {
        var bytes = new MemoryStream();
        using (var writer = new TarWriter(bytes, format, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                TarEntry entry = format switch
                {
                    TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
                    TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
                    _ => new UstarTarEntry(TarEntryType.RegularFile, name),
                };
                entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text));
                writer.WriteEntry(entry);
            }
        }
        return bytes.ToArray();
    }

    private static List<(string Name, UnixFileMode Mode, string Text, string Link)> Entries(byte[] archive)
    {
        using var reader = new TarReader(new MemoryStream(archive));
        var entries = new List<(string, UnixFileMode, string, string)>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
            entries.Add((entry.Name, entry.Mode, entry.DataStream is { } data ? new StreamReader(data).ReadToEnd() : "", entry.LinkName));
        return entries;
    }

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!await condition()) limit.Token.ThrowIfCancellationRequested();
    }
}
