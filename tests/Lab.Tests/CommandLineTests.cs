using System.CommandLine;

using MiniK8s.Lab.Commands;

namespace MiniK8s.Lab.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("certs --server https://apiserver:6443 --external-server https://127.0.0.1:6443 --node node-1 --node node-2", 0)]
    [InlineData("certs --server nowhere", 1)]
    [InlineData("probe http://127.0.0.1:1/readyz", 0)]
    [InlineData("up --nodes 3 --ports auto --detach", 0)]
    [InlineData("up --nodes -1", 1)]
    [InlineData("up --ports some", 1)]
    [InlineData("address up 192.168.109.201", 0)]
    [InlineData("address down 192.168.109.201 --data other", 0)]
    [InlineData("address up nowhere", 1)]
    [InlineData("address up", 1)]
    public void Parse_CommandLine_IsUnderstoodOrRefused(string line, int errors)
    {
        var root = new RootCommand { UpCommand.Create(TimeProvider.System), CertificatesCommand.Create(TimeProvider.System), ProbeCommand.Create(), AddressCommand.Create() };

        Assert.Equal(errors, root.Parse(line).Errors.Count);
    }
}
