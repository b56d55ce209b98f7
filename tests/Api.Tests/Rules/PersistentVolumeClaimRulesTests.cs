namespace MiniK8s.Api.Tests.Rules;

/// <summary>PersistentVolumeClaims: what they must be, and what may change.</summary>
public sealed class PersistentVolumeClaimRulesTests
{
    private const string Claim = "'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'2Gi'}}";
    private const string ClaimFrozen = "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n";

    [Theory]
    [InlineData(Claim, "")]
    [InlineData("", "spec.accessModes: Required value: at least 1 access mode is required|spec.resources[storage]: Required value")]
    [InlineData("'accessModes':['X'],'resources':{'requests':{'storage':'0'}}",
        "spec.accessModes: Unsupported value: \"X\": supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"|spec.resources[storage]: Invalid value: \"0\": must be greater than zero")]
    [InlineData("'accessModes':['ReadWriteOncePod','ReadWriteOnce'],'resources':{'requests':{'storage':'1Gi'}}", "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes")]
    [InlineData("'volumeMode':'X'," + Claim, "spec.volumeMode: Unsupported value: \"X\": supported values: \"Block\", \"Filesystem\"")]
    [InlineData("'storageClassName':'A'," + Claim, "spec.storageClassName: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")]
    [InlineData("'dataSource':{'kind':'Pod','name':'p'}," + Claim, "spec.dataSource: Invalid value: \"Pod\": must be 'PersistentVolumeClaim' when referencing the default apiGroup")]
    public void Validate_Claim_SaysWhatIsWrong(string spec, string expected) =>
        Assert.Equal(expected, Manifests.Faults("PersistentVolumeClaim", "{META,'spec':{" + spec + "}}"));

    [Theory]
    [InlineData("Bound", "3Gi", "")]
    [InlineData("Bound", "1536Mi", "")]
    [InlineData("Bound", "1Gi", "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity")]
    [InlineData("Pending", "3Gi", ClaimFrozen)]
    public void Update_ClaimedStorage_GrowsOnceBound(string phase, string size, string expected)
    {
        var status = "'status':{'phase':'" + phase + "','capacity':{'storage':'1Gi'}}";
        var before = "{META,'spec':{'volumeName':'v'," + Claim + "}," + status + "}";

        var faults = Manifests.Faults("PersistentVolumeClaim", before, before.Replace("2Gi", size, StringComparison.Ordinal));

        if (expected == ClaimFrozen) Assert.StartsWith(ClaimFrozen, faults);
        else Assert.Equal(expected, faults);
    }

    [Fact]
    public void Update_Claim_IsBoundOnceAndKeepsTheRest()
    {
        Assert.Equal("", Manifests.Faults("PersistentVolumeClaim", "{META,'spec':{" + Claim + "}}", "{META,'spec':{'volumeName':'v'," + Claim + "}}"));
        Assert.StartsWith(ClaimFrozen, Manifests.Faults("PersistentVolumeClaim", "{META,'spec':{'volumeName':'v'," + Claim + "}}", "{META,'spec':{'volumeName':'w'," + Claim + "}}"));
        Assert.EndsWith("|volumeMode: Invalid value: \"Block\": field is immutable",
            Manifests.Faults("PersistentVolumeClaim", "{META,'spec':{" + Claim + "}}", "{META,'spec':{'volumeMode':'Block'," + Claim + "}}"));
    }
}
