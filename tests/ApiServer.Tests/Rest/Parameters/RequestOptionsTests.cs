using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Rest.Parameters;

namespace MiniK8s.ApiServer.Tests.Rest.Parameters;

public sealed class RequestOptionsTests
{
    [Theory]
    [InlineData("?watch=true", true)]
    [InlineData("?watch=1", true)]
    [InlineData("?watch", true)]
    [InlineData("?watch=yes", true)]
    [InlineData("?watch=false", false)]
    [InlineData("?watch=FALSE", false)]
    [InlineData("?watch=0", false)]
    [InlineData("", false)]
    public void List_Watch_IsReadAsKubernetesReadsFlags(string query, bool expected) => Assert.Equal(expected, RequestOptions.List(Query(query)).Watch);

    [Theory]
    [InlineData("?limit=x", "strconv.ParseInt: parsing \"x\": invalid syntax")]
    [InlineData("?limit=", "strconv.ParseInt: parsing \"\": invalid syntax")]
    [InlineData("?timeoutSeconds=99999999999999999999", "strconv.ParseInt: parsing \"99999999999999999999\": value out of range")]
    public void List_NoInteger_IsBadRequest(string query, string message)
    {
        var refusal = Assert.Throws<ApiException>(() => RequestOptions.List(Query(query)));

        Assert.Equal((400, message), (refusal.Code, refusal.Message));
    }

    [Theory]
    [InlineData("?dryRun=Some", "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: []string{\"Some\"}: supported values: \"All\"")]
    [InlineData("?fieldValidation=Maybe", "CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"Maybe\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"")]
    [InlineData("?fieldManager=a%01", "CreateOptions.meta.k8s.io \"\" is invalid: fieldManager: Invalid value: \"a\\x01\": invalid character U+0001 (at position 1)")]
    public void Create_Nonsense_IsInvalid(string query, string message)
    {
        var refusal = Assert.Throws<ApiException>(() => RequestOptions.Create(Query(query)));

        Assert.Equal((422, message), (refusal.Code, refusal.Message));
    }

    [Fact]
    public void Create_LongFieldManager_IsInvalid() =>
        Assert.EndsWith(
            "fieldManager: Too long: may not be more than 128 bytes",
            Assert.Throws<ApiException>(() => RequestOptions.Create(Query($"?fieldManager={new string('a', 129)}"))).Message);

    [Fact]
    public void Patch_Force_IsForbidden() =>
        Assert.Equal(
            "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch",
            Assert.Throws<ApiException>(() => RequestOptions.Patch(Query("?force=true"), isApply: false)).Message);

    [Fact]
    public void Patch_ApplyWithoutManager_IsInvalid() =>
        Assert.Equal(
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
            Assert.Throws<ApiException>(() => RequestOptions.Patch(Query("?force=true"), isApply: true)).Message);

    [Fact]
    public void Delete_BothPolicies_IsInvalid()
    {
        var options = RequestOptions.Delete(Query("?orphanDependents=true&propagationPolicy=Orphan"));

        Assert.Equal(
            "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Invalid value: \"Orphan\": orphanDependents and deletionPropagation cannot be both set",
            Assert.Throws<ApiException>(() => OptionChecks.Delete(options)).Message);
    }

    [Fact]
    public void Delete_UnknownPolicy_IsInvalid() =>
        Assert.EndsWith(
            "propagationPolicy: Unsupported value: \"Never\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\"",
            Assert.Throws<ApiException>(() => OptionChecks.Delete(RequestOptions.Delete(Query("?propagationPolicy=Never")))).Message);

    private static QueryCollection Query(string query) => new(QueryHelpers.ParseQuery(query));
}
