namespace MiniK8s.Api.Tests.Rules;

/// <summary>PersistentVolumes, StorageClasses and CSINodes: what they must be, and what may change.</summary>
public sealed class StorageRulesTests
{
    private const string Volume = "'capacity':{'storage':'1Gi'},'accessModes':['ReadWriteOnce'],'nfs':{'server':'s','path':'/p'}";
    private const string Local = "'capacity':{'storage':'1Gi'},'accessModes':['ReadWriteOnce'],'local':{'path':'/disk'}";
    private const string Driver = "{'name':'d','nodeID':'n','allocatable':{'count':3}}";

    [Theory]
    [InlineData(Volume, "")]
    [InlineData("", "spec.accessModes: Required value|spec.capacity: Required value|spec.capacity: Unsupported value: \"[]\": supported values: \"storage\"|spec: Required value: must specify a volume type")]
    [InlineData(Volume + ",'hostPath':{'path':'/x'}", "spec.nfs: Forbidden: may not specify more than 1 volume type")]
    [InlineData(Local, "metadata.annotations: Required value: Local volume requires node affinity")]
    [InlineData(Volume + ",'nodeAffinity':{}", "spec.nodeAffinity.required: Required value: must specify required node constraints")]
    [InlineData(Volume + ",'persistentVolumeReclaimPolicy':'X'", "spec.persistentVolumeReclaimPolicy: Unsupported value: \"X\": supported values: \"Delete\", \"Recycle\", \"Retain\"")]
    public void Validate_Volume_SaysWhatIsWrong(string spec, string expected) =>
        Assert.Equal(expected, Manifests.Faults("PersistentVolume", "{CLUSTERMETA,'spec':{" + spec + "}}"));

    [Fact]
    public void Update_Volume_KeepsItsStorage() => Assert.Equal(
        "spec: Forbidden: spec.persistentvolumesource is immutable after creation\n",
        Manifests.Faults("PersistentVolume", "{CLUSTERMETA,'spec':{" + Volume + "}}", "{CLUSTERMETA,'spec':{" + Volume.Replace("'/p'", "'/q'", StringComparison.Ordinal) + "}}"));

    [Theory]
    [InlineData("'provisioner':'kubernetes.io/no-provisioner'", "")]
    [InlineData("'provisioner':''", "provisioner: Required value")]
    [InlineData("'provisioner':'p','volumeBindingMode':'X'", "volumeBindingMode: Unsupported value: \"X\": supported values: \"Immediate\", \"WaitForFirstConsumer\"")]
    public void Validate_StorageClass_SaysWhatIsWrong(string fields, string expected) =>
        Assert.Equal(expected, Manifests.Faults("StorageClass", "{CLUSTERMETA," + fields + "}"));

    [Fact]
    public void Update_StorageClass_KeepsEverythingThatVolumesWereMadeWith() => Assert.Equal(
        "parameters: Forbidden: updates to parameters are forbidden.|provisioner: Forbidden: updates to provisioner are forbidden.|reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.",
        Manifests.Faults("StorageClass", "{CLUSTERMETA,'provisioner':'p'}", "{CLUSTERMETA,'provisioner':'q','parameters':{'a':'b'},'reclaimPolicy':'Retain'}"));

    [Theory]
    [InlineData(Driver, "")]
    [InlineData("{'name':'d','nodeID':'n','allocatable':{'count':-1}}", "spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("{'name':'','nodeID':''}", "spec.drivers[0].name: Required value|spec.drivers[0].nodeID: Required value")]
    [InlineData(Driver + "," + Driver, "spec.drivers[1].name: Duplicate value: \"d\"")]
    public void Validate_CSINode_SaysWhatIsWrong(string drivers, string expected) =>
        Assert.Equal(expected, Manifests.Faults("CSINode", "{CLUSTERMETA,'spec':{'drivers':[" + drivers + "]}}"));
}
