using System.Net;

using MiniK8s.Lab.Cluster;
using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Tests;

/// <summary>The file behind <c>mk8s address up</c> and <c>down</c>.</summary>
public sealed class OutsideHostsTests : IDisposable
{
    private static readonly IPAddress Mysql = IPAddress.Parse("192.168.109.201");
    private static readonly IPAddress Redis = IPAddress.Parse("192.168.109.202");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mk8s-hosts-");

    private string HostsFile => Path.Combine(_folder.FullName, "hosts");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void BringUp_TwoAddresses_EachHasItsLine()
    {
        var hosts = new OutsideHosts(HostsFile);

        Assert.True(hosts.BringUp(Mysql));
        Assert.True(hosts.BringUp(Redis));
        Assert.False(hosts.BringUp(Mysql));

        Assert.Equal(["192.168.109.201", "192.168.109.202"], File.ReadAllLines(HostsFile));
    }

    [Fact]
    public void TakeDown_AmongLinesOfTheUsersOwn_TakesThatAddressWithItsNames()
    {
        File.WriteAllLines(HostsFile, ["# databases", "192.168.109.201\tmysql db", "192.168.109.202 redis # 192.168.109.201 in the text"]);
        var hosts = new OutsideHosts(HostsFile);

        Assert.True(hosts.TakeDown(Mysql));
        Assert.False(hosts.TakeDown(Mysql));

        Assert.Equal(["# databases", "192.168.109.202 redis # 192.168.109.201 in the text"], File.ReadAllLines(HostsFile));
    }

    [Fact]
    public void BringUp_AnotherCommandIsChangingTheFile_IsRefused()
    {
        using var claim = new FileStream($"{HostsFile}.lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None);

        Assert.Throws<LabException>(() => new OutsideHosts(HostsFile).BringUp(Mysql));

        Assert.False(File.Exists(HostsFile));
    }
}
