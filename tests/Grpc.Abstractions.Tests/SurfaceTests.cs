using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Compression;

namespace MiniK8s.Grpc.Abstractions.Tests;

/// <summary>Nothing that the official packages take from Grpc.Core.Api and Grpc.Net.Common can be missing at run time, whoever made those.</summary>
public sealed class SurfaceTests
{
    private static readonly Assembly Api = typeof(Status).Assembly;
    private static readonly Assembly Common = typeof(ICompressionProvider).Assembly;

    public static TheoryData<string> Official => [typeof(GrpcServiceOptions).Assembly.Location, typeof(GrpcChannel).Assembly.Location];

    [Theory]
    [MemberData(nameof(Official))]
    public void References_OfAnOfficialPackage_AreAllThere(string path)
    {
        var wanted = References.Of(path, "Grpc.Core.Api", "Grpc.Net.Common");

        var missing = wanted.Except([.. PublicSurface.Of(Api), .. PublicSurface.Of(Common)]);

        Assert.True(wanted.Count > 50, $"only {wanted.Count} references were found: is this the right file?");
        Assert.Empty(missing);
    }

    [Theory]
    [MemberData(nameof(Official))]
    public void Types_OfAnOfficialPackage_LoadAndOverrideWhatTheyMeanTo(string path)
    {
        var derived = Assembly.LoadFrom(path).GetTypes().Where(type => type.BaseType?.Assembly == Api || type.BaseType?.Assembly == Common);

        var strays = derived.SelectMany(type => type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(method => method.IsVirtual && !method.Attributes.HasFlag(MethodAttributes.NewSlot) && method.GetBaseDefinition() == method);

        Assert.NotEmpty(derived);
        Assert.Empty(strays);
    }

    [Fact]
    public void Identity_OfBothAssemblies_IsTheOneThatTheOfficialPackagesAskFor()
    {
        foreach (var assembly in new[] { Api, Common })
        {
            Assert.Equal(new Version(2, 0, 0, 0), assembly.GetName().Version);
            Assert.Equal("D754F35622E28BAD", Convert.ToHexString(assembly.GetName().GetPublicKeyToken()!));
        }
    }

    [Fact]
    public void References_AgainstASurfaceThatLacksOne_NameIt()
    {
        var wanted = References.Of(typeof(GrpcChannel).Assembly.Location, "Grpc.Core.Api");
        var without = PublicSurface.Of(Api).Where(each => !each.Contains("Grpc.Core.Metadata.GetValue ", StringComparison.Ordinal));

        Assert.Equal(["Grpc.Core.Api: Grpc.Core.Metadata.GetValue String <0>(String)"], wanted.Except(without));
    }
}
