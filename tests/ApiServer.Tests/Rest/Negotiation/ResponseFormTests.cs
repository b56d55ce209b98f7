using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Rest.Negotiation;

namespace MiniK8s.ApiServer.Tests.Rest.Negotiation;

public sealed class ResponseFormTests
{
    private const string KubectlTable =
        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

    [Theory]
    [InlineData(null, ApiEncoding.Json, "Whole")]
    [InlineData("", ApiEncoding.Json, "Whole")]
    [InlineData("*/*", ApiEncoding.Json, "Whole")]
    [InlineData("application/*", ApiEncoding.Json, "Whole")]
    [InlineData("application/json, */*", ApiEncoding.Json, "Whole")]
    [InlineData("application/yaml", ApiEncoding.Yaml, "Whole")]
    [InlineData("application/vnd.kubernetes.protobuf,application/json", ApiEncoding.Protobuf, "Whole")]
    [InlineData("application/json;q=0.5,application/yaml;q=0.9", ApiEncoding.Yaml, "Whole")]
    [InlineData("text/html, application/json", ApiEncoding.Json, "Whole")]
    [InlineData(KubectlTable, ApiEncoding.Json, "Table")]
    [InlineData("application/json;as=Unheard;g=meta.k8s.io;v=v1,application/json", ApiEncoding.Json, "Whole")]
    [InlineData("application/vnd.kubernetes.protobuf;as=Table;g=meta.k8s.io;v=v1,application/json", ApiEncoding.Json, "Whole")]
    [InlineData("application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1", ApiEncoding.Protobuf, "Metadata")]
    public void ForObjects_AcceptHeader_TakesTheFirstItCan(string? accept, ApiEncoding encoding, string projection)
    {
        var form = ResponseForm.ForObjects(accept);

        Assert.Equal((encoding, projection), (form.Encoding, form.Projection.ToString()));
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/json;q=0")]
    [InlineData("application/json;as=Table;g=meta.k8s.io;v=v2")]
    [InlineData(";;;,,==")]
    public void ForObjects_NothingItCan_IsNotAcceptable(string accept)
    {
        var refusal = Assert.Throws<ApiException>(() => ResponseForm.ForObjects(accept));

        Assert.Equal(406, refusal.Code);
        Assert.Equal(
            "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf", refusal.Message);
    }

    [Fact]
    public void ForStreams_Yaml_IsNotAcceptable() => Assert.Equal(406, Assert.Throws<ApiException>(() => ResponseForm.ForStreams("application/yaml")).Code);

    [Theory]
    [InlineData("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json", "v2")]
    [InlineData("application/json;g=apidiscovery.k8s.io;v=v9;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json", "v2beta1")]
    [InlineData("application/json, */*", "")]
    [InlineData("", "")]
    public void AggregatedVersion_AcceptHeader_IsTheFirstKnown(string accept, string version) =>
        Assert.Equal(version, DiscoveryForm.AggregatedVersion(accept));
}
