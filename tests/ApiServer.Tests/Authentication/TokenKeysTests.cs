using System.Security.Cryptography;

using Microsoft.IdentityModel.JsonWebTokens;

using MiniK8s.ApiServer.Authentication.Tokens;

namespace MiniK8s.ApiServer.Tests.Authentication;

public sealed class TokenKeysTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mk8s-keys-");

    public static TheoryData<string, string> PrivateKeys()
    {
        using var rsa = RSA.Create(2048);
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var p521 = ECDsa.Create(ECCurve.NamedCurves.nistP521);
        return new()
        {
            { rsa.ExportRSAPrivateKeyPem(), "RS256" }, { rsa.ExportPkcs8PrivateKeyPem(), "RS256" }, { p256.ExportECPrivateKeyPem(), "ES256" },
            { p256.ExportPkcs8PrivateKeyPem(), "ES256" }, { p384.ExportPkcs8PrivateKeyPem(), "ES384" }, { p521.ExportPkcs8PrivateKeyPem(), "ES512" },
        };
    }

    [Theory, MemberData(nameof(PrivateKeys), DisableDiscoveryEnumeration = true)]
    public async Task Signing_ByAnyKey_HoldsForWhoeverTrustsIt(string pem, string algorithm)
    {
        var signing = new TokenKeys(new() { ServiceAccountSigningKeyFile = Written("sa.key", pem) });
        var trusting = new TokenKeys(new() { ServiceAccountKeyFile = [Written("notes.pub", $"# old and new\n{PublicHalf()}\n{pem}\n")] });

        var token = new JsonWebTokenHandler().CreateToken("{\"iss\":\"here\"}", signing.Signing);

        Assert.Equal(algorithm, new JsonWebToken(token).Alg);
        Assert.True(await IsGoodAsync(token, signing));
        Assert.True(await IsGoodAsync(token, trusting));
        Assert.False(await IsGoodAsync(token, new TokenKeys(new ApiServerOptions())));
    }

    [Fact]
    public void File_WithoutTheKeyItShouldHold_IsNamed()
    {
        using var weak = RSA.Create(1024);
        using var foreign = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        var (text, half, missing) = (Written("notes.txt", "no key"), Written("sa.pub", PublicHalf()), Path.Combine(_folder.FullName, "missing"));
        string[] unfit = [text, half, Written("weak.key", weak.ExportPkcs8PrivateKeyPem()), Written("foreign.key", foreign.ExportPkcs8PrivateKeyPem())];

        foreach (var file in unfit)
            Assert.Equal(("ServiceAccountSigningKeyFile", $"{file} holds no private RSA or ECDSA key in PEM"), Fault(new() { ServiceAccountSigningKeyFile = file }));
        Assert.Equal(("ServiceAccountKeyFile", $"{text} holds no public or private RSA or ECDSA key in PEM"), Fault(new() { ServiceAccountKeyFile = [text] }));
        Assert.Contains($"'{missing}'", Fault(new() { ServiceAccountKeyFile = [missing] }).Fault, StringComparison.Ordinal);
        Assert.Empty(TokenKeys.FaultsOf(new() { ServiceAccountKeyFile = [half] }));
    }

    [Fact]
    public async Task OwnKey_BesideFilesOfOthers_IsTrusted()
    {
        var keys = new TokenKeys(new() { ServiceAccountKeyFile = [Written("other.pub", PublicHalf())] });

        Assert.True(await IsGoodAsync(new JsonWebTokenHandler().CreateToken("{\"iss\":\"here\"}", keys.Signing), keys));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static (string Setting, string Fault) Fault(ApiServerOptions options) => Assert.Single(TokenKeys.FaultsOf(options));

    private static async Task<bool> IsGoodAsync(string token, TokenKeys keys) => (await new JsonWebTokenHandler().ValidateTokenAsync(token, new()
    {
        IssuerSigningKeys = keys.Trusted, ValidateAudience = false, ValidateLifetime = false, ValidIssuer = "here",
    })).IsValid;

    private static string PublicHalf()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfoPem();
    }

    private string Written(string name, string text)
    {
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, text);
        return file;
    }
}
