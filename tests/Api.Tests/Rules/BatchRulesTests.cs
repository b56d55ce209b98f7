using MiniK8s.Api.Rules;
using MiniK8s.Protocol.Batch.V1;

namespace MiniK8s.Api.Tests.Rules;

/// <summary>Jobs and CronJobs: defaults, what they must be, what may change, and the syntax of schedules.</summary>
public sealed class BatchRulesTests
{
    private const string Labels = "'controller-uid':'u','job-name':'x','batch.kubernetes.io/controller-uid':'u','batch.kubernetes.io/job-name':'x'";
    private const string Made = "'selector':{'matchLabels':{'batch.kubernetes.io/controller-uid':'u'}},'template':{'metadata':{'labels':{" + Labels + "}},'spec':{CONTAINERS,'restartPolicy':'Never'}}";
    private const string Job = "'jobTemplate':{'spec':{'template':{'spec':{CONTAINERS,'restartPolicy':'Never'}}}}";
    private const string NoRestartPolicy = "restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"";

    [Fact]
    public void Defaults_Job_AreThoseOfKubernetes()
    {
        var job = Manifests.Read<Job>("{META,'spec':{TEMPLATE}}");

        Assert.Equal((1, 1, 6, "NonIndexed", false, false, "TerminatingOrFailed"), (job.Spec.Completions, job.Spec.Parallelism, job.Spec.BackoffLimit,
            job.Spec.CompletionMode, job.Spec.Suspend, job.Spec.ManualSelector, job.Spec.PodReplacementPolicy));
        Assert.Equal("x", job.Metadata.Labels["app"]);
    }

    [Theory]
    [InlineData("'parallelism':3", false, 3, 6, "TerminatingOrFailed")]
    [InlineData("'completions':3", true, 1, 6, "TerminatingOrFailed")]
    [InlineData("'backoffLimitPerIndex':1", true, 1, int.MaxValue, "TerminatingOrFailed")]
    [InlineData("'podFailurePolicy':{'rules':[]}", true, 1, 6, "Failed")]
    public void Defaults_JobThatSaysSome_FillsTheRest(string said, bool hasCompletions, int parallelism, int backoffLimit, string replacement)
    {
        var spec = Manifests.Read<Job>("{META,'spec':{TEMPLATE," + said + "}}").Spec;

        Assert.Equal((hasCompletions, parallelism, backoffLimit, replacement), (spec.HasCompletions, spec.Parallelism, spec.BackoffLimit, spec.PodReplacementPolicy));
    }

    [Fact]
    public void Defaults_CronJob_AreThoseOfKubernetes()
    {
        var spec = Manifests.Read<CronJob>("{META,'spec':{" + Job + "}}").Spec;

        Assert.Equal(("Allow", false, 3, 1), (spec.ConcurrencyPolicy, spec.Suspend, spec.SuccessfulJobsHistoryLimit, spec.FailedJobsHistoryLimit));
        Assert.False(spec.JobTemplate.Spec.HasCompletions);
        Assert.Equal("ClusterFirst", spec.JobTemplate.Spec.Template.Spec.DnsPolicy);
    }

    [Theory]
    [InlineData(Made, "")]
    [InlineData("TEMPLATE", "spec.template.spec." + NoRestartPolicy + "|spec.selector: Required value|spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"x\"}: `selector` does not match template `labels`")]
    [InlineData("'manualSelector':true,SELECTOR,'template':{'metadata':{'labels':{'app':'x'}},'spec':{CONTAINERS,'restartPolicy':'OnFailure'}}", "")]
    [InlineData("'manualSelector':true,SELECTOR,'template':{'metadata':{'labels':{'app':'x'}},'spec':{CONTAINERS,'restartPolicy':'Sometimes'}}",
        "spec.template.spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"Always\", \"OnFailure\", \"Never\"|spec.template.spec.restartPolicy: Unsupported value: \"Sometimes\": supported values: \"OnFailure\", \"Never\"")]
    [InlineData("SELECTOR,'template':{'metadata':{'labels':{'app':'x'," + Labels + "}},'spec':{CONTAINERS,'restartPolicy':'Never'}}",
        "spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{\"app\":\"x\"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: `selector` not auto-generated")]
    [InlineData("'parallelism':-1," + Made, "spec.parallelism: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("'completionMode':'X'," + Made, "spec.completionMode: Unsupported value: \"X\": supported values: \"NonIndexed\", \"Indexed\"")]
    [InlineData("'completionMode':'Indexed','parallelism':1," + Made, "spec.completions: Required value: when completion mode is Indexed")]
    [InlineData("'backoffLimitPerIndex':1," + Made, "spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode")]
    [InlineData("'maxFailedIndexes':1," + Made, "spec.backoffLimitPerIndex: Required value: when maxFailedIndexes is specified|spec.maxFailedIndexes: Invalid value: 1: requires indexed completion mode")]
    [InlineData("'completionMode':'Indexed','completions':2,'parallelism':100001," + Made, "spec.parallelism: Invalid value: 100001: must be less than or equal to 100000 when completion mode is Indexed")]
    [InlineData("'completionMode':'Indexed','completions':2,'successPolicy':{'rules':[{'succeededIndexes':'1,0'}]}," + Made,
        "spec.successPolicy.rules[0].succeededIndexes: Invalid value: \"1,0\": error parsing succeededIndexes: non-increasing order, previous: 1, current: 0")]
    [InlineData("'completionMode':'Indexed','completions':5,'successPolicy':{'rules':[{'succeededIndexes':'0-2','succeededCount':4}]}," + Made,
        "spec.successPolicy.rules[0].succeededCount: Invalid value: 4: must be less than or equal to 3 (the number of indexes in the specified succeededIndexes field)")]
    [InlineData("'completionMode':'Indexed','completions':5,'successPolicy':{'rules':[{}]}," + Made,
        "spec.successPolicy.rules[0]: Required value: at least one of succeededCount or succeededIndexes must be specified")]
    [InlineData("'managedBy':'me'," + Made, "spec.managedBy: Invalid value: \"me\": must be a domain-prefixed path (such as \"acme.io/foo\")")]
    [InlineData("'podFailurePolicy':{'rules':[{'action':'X','onExitCodes':{'containerName':'z','operator':'In','values':[3,0]}}]}," + Made,
        "spec.podFailurePolicy.rules[0].action: Unsupported value: \"X\": supported values: \"Count\", \"FailIndex\", \"FailJob\", \"Ignore\""
        + "|spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: \"z\": must be one of the container or initContainer names in the pod template"
        + "|spec.podFailurePolicy.rules[0].onExitCodes.values[1]: Invalid value: 0: must not be 0 for the In operator"
        + "|spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: []int32{3, 0}: must be ordered")]
    [InlineData("'podFailurePolicy':{'rules':[{'action':''}]}," + Made,
        "spec.podFailurePolicy.rules[0].action: Required value: valid values: [\"Count\" \"FailIndex\" \"FailJob\" \"Ignore\"]"
        + "|spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required")]
    [InlineData("'podReplacementPolicy':''," + Made, "spec.podReplacementPolicy: Unsupported value: \"\": supported values: \"Failed\", \"TerminatingOrFailed\"")]
    public void Validate_Job_SaysWhatIsWrong(string spec, string expected) => Assert.Equal(expected, Manifests.Faults("Job", "{META,'spec':{" + spec + "}}"));

    [Theory]
    [InlineData("'parallelism':3,'completions':1", "")]
    [InlineData("'suspend':true", "")]
    [InlineData("'backoffLimit':9", "")]
    [InlineData("'completions':3", "spec.completions: Invalid value: 3: field is immutable")]
    [InlineData("'completionMode':'Indexed'", "spec.completionMode: Invalid value: \"Indexed\": field is immutable")]
    [InlineData("'managedBy':'a.b/c'", "spec.managedBy: Invalid value: \"a.b/c\": field is immutable")]
    [InlineData("'podFailurePolicy':{'rules':[]},'podReplacementPolicy':'Failed'", "spec.podFailurePolicy: Invalid value: batch.PodFailurePolicy{...}: field is immutable")]
    public void Update_Job_AllowsAFewFields(string field, string expected) =>
        Assert.Equal(expected, Manifests.Faults("Job", "{META,'spec':{" + Made + "}}", "{META,'spec':{" + Made + "," + field + "}}"));

    [Theory]
    [InlineData("", "", "spec.template: Invalid value: core.PodTemplateSpec{...}: field is immutable")]
    [InlineData("'suspend':true,", "", "")]
    [InlineData("'suspend':true,", "'startTime':'2030-01-01T00:00:00Z'", "spec.template: Invalid value: core.PodTemplateSpec{...}: field is immutable")]
    public void Update_JobTemplate_MayBePlacedElsewhereUntilItRan(string spec, string status, string expected)
    {
        var before = "{META,'spec':{" + spec + Made + "},'status':{" + status + "}}";

        Assert.Equal(expected, Manifests.Faults("Job", before, before.Replace("'restartPolicy'", "'nodeSelector':{'zone':'a'},'restartPolicy'", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("'completions':4,'parallelism':4", "")]
    [InlineData("'completions':4,'parallelism':2", "spec.completions: Invalid value: 4: can only be modified in tandem with spec.parallelism")]
    public void Update_IndexedJob_GrowsInBothNumbers(string numbers, string expected) => Assert.Equal(expected, Manifests.Faults(
        "Job", "{META,'spec':{'completionMode':'Indexed','completions':2,'parallelism':2," + Made + "}}", "{META,'spec':{'completionMode':'Indexed'," + numbers + "," + Made + "}}"));

    [Theory]
    [InlineData("'schedule':'*/5 * * * *'," + Job, "")]
    [InlineData(Job, "spec.schedule: Required value")]
    [InlineData("'schedule':'* * *'," + Job, "spec.schedule: Invalid value: \"* * *\": expected exactly 5 fields, found 3: [* * *]")]
    [InlineData("'schedule':'CRON_TZ=UTC * * * * *'," + Job, "spec.schedule: Invalid value: \"CRON_TZ=UTC * * * * *\": cannot use TZ or CRON_TZ in schedule, use timeZone field instead")]
    [InlineData("'schedule':'@daily','timeZone':'Europe/Rome'," + Job, "")]
    [InlineData("'schedule':'@daily','timeZone':'Europe/Nowhere'," + Job, "spec.timeZone: Invalid value: \"Europe/Nowhere\": unknown time zone Europe/Nowhere")]
    [InlineData("'schedule':'@daily','timeZone':''," + Job, "spec.timeZone: Invalid value: \"\": timeZone must be nil or non-empty string")]
    [InlineData("'schedule':'@daily','concurrencyPolicy':'X'," + Job, "spec.concurrencyPolicy: Unsupported value: \"X\": supported values: \"Allow\", \"Forbid\", \"Replace\"")]
    [InlineData("'schedule':'@daily','jobTemplate':{'spec':{'template':{'spec':{CONTAINERS}}}}", "spec.jobTemplate.spec.template.spec." + NoRestartPolicy)]
    [InlineData("'schedule':'@daily','jobTemplate':{'spec':{'manualSelector':true,'template':{'spec':{CONTAINERS,'restartPolicy':'Never'}}}}",
        "spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: \"nil\", \"false\"")]
    public void Validate_CronJob_SaysWhatIsWrong(string spec, string expected) => Assert.Equal(expected, Manifests.Faults("CronJob", "{META,'spec':{" + spec + "}}"));

    [Fact]
    public void Validate_CronJobName_LeavesRoomForTheTime()
    {
        var name = new string('a', 53);

        Assert.Equal($"metadata.name: Invalid value: \"{name}\": must be no more than 52 characters",
            Manifests.Faults("CronJob", "{'metadata':{'name':'" + name + "','namespace':'default'},'spec':{'schedule':'@daily'," + Job + "}}"));
    }

    [Theory]
    [InlineData("0 0 * * *", null)]
    [InlineData("0 0 1,15 jan-mar SUN", null)]
    [InlineData("5/15 ? * * 1-5/2", null)]
    [InlineData("@every 1h30m", null)]
    [InlineData("@hourly", null)]
    [InlineData("60 * * * *", "end of range (60) above maximum (59): 60")]
    [InlineData("* * 0 * *", "beginning of range (0) below minimum (1): 0")]
    [InlineData("* * * 3-2 *", "beginning of range (3) beyond end of range (2): 3-2")]
    [InlineData("*/0 * * * *", "step of range should be a positive number: */0")]
    [InlineData("1-2-3 * * * *", "too many hyphens: 1-2-3")]
    [InlineData("1/2/3 * * * *", "too many slashes: 1/2/3")]
    [InlineData("x * * * *", "failed to parse int from x: strconv.Atoi: parsing \"x\": invalid syntax")]
    [InlineData("99999999999999999999 * * * *", "failed to parse int from 99999999999999999999: strconv.Atoi: parsing \"99999999999999999999\": value out of range")]
    [InlineData("-1 * * * *", "failed to parse int from : strconv.Atoi: parsing \"\": invalid syntax")]
    [InlineData("@often", "unrecognized descriptor: @often")]
    [InlineData("@every soon", "failed to parse duration @every soon: time: invalid duration \"soon\"")]
    [InlineData("@every 5", "failed to parse duration @every 5: time: missing unit in duration \"5\"")]
    [InlineData("@every 5y", "failed to parse duration @every 5y: time: unknown unit \"y\" in duration \"5y\"")]
    public void FaultIn_Schedule_IsToldInTheLibrarysWords(string schedule, string? expected) => Assert.Equal(expected, CronSyntax.FaultIn(schedule));
}
