using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Model;

// What can happen at a step.
internal sealed partial class ModelRun
{
    private void Step()
    {
        switch (_random.Next(100))
        {
            case < 28:
                for (var heard = _random.Next(1, 4); heard > 0; heard--)
                {
                    Hear();
                    Rest();
                }
                break;
            case < 46:
                Pass(_random.Next(8) switch { 0 => 0.25, 1 => 1, 2 => 2, 3 => 5, 4 => 11, 5 => 31, 6 => 90, _ => 320 });
                break;
            case < 68:
                ExitOne();
                break;
            case < 77:
                OpenOne();
                break;
            case < 85:
                Probe();
                break;
            case < 89:
                DeleteIt();
                break;
            case < 92:
                if (_api.Stored is not null) _api.Change(Touch);
                break;
            case < 93:
                _kubelet.HasVolumeFault = !_kubelet.HasVolumeFault;
                break;
            case < 95:
                _api.Failures = _random.Next(1, 4);
                break;
            case < 97:
                LoseSandbox();
                break;
            case < 99:
                RestartKubelet();
                break;
            default:
                Relist();
                break;
        }
        if (_api.Stored is null && _random.Next(3) == 0) Create();
    }

    // A second at a time, so that whoever wakes on the way acts at its own moment.
    private void Pass(double seconds)
    {
        for (; seconds > 1; seconds--)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Rest();
        }
        _time.Advance(TimeSpan.FromSeconds(seconds));
        Rest();
    }

    private void ExitOne()
    {
        var running = _runtime.Running.ToList();
        if (running.Count == 0) return;
        var one = running[_random.Next(running.Count)];
        var isInit = one.Status.Name[0] == 'i';
        switch (_random.Next(isInit ? 8 : 4))
        {
            case 0:
                _runtime.Exit(one, 1);
                break;
            case 1:
                _runtime.Exit(one, isInit ? 0 : 137, "OOMKilled");
                break;
            default:
                _runtime.Exit(one, 0);
                break;
        }
    }

    private void OpenOne()
    {
        if (_runtime.Gates.Count > 0) _runtime.Gates[_random.Next(_runtime.Gates.Count)].Open(_random.Next(3) > 0);
    }

    private void Probe()
    {
        var running = _runtime.Running.Where(i => i.Status.Name[0] != 'i').ToList();
        if (running.Count == 0) return;
        var one = running[_random.Next(running.Count)];
        switch (_random.Next(5))
        {
            case 0:
                _probes.Failures[one.Status.Id] = new ContainerKillReason("Container {0} failed liveness probe", "liveness", _random.Next(2) == 0 ? TimeSpan.FromSeconds(_random.Next(1, 60)) : null);
                break;
            case 1:
                if (!_probes.NotReady.Add(one.Status.Id)) _probes.NotReady.Remove(one.Status.Id);
                break;
            default:
                StartupSucceeds(one);
                break;
        }
        _kubelet.Pool.Wake(one.Status.PodUid);
    }

    // A label, which nobody minds, or an image, which has its container restarted whatever the policy.
    private void Touch(Pod pod)
    {
        pod.Metadata.Labels["touched"] = $"{_runtime.Now}";
        if (_random.Next(2) == 0) return;
        var containers = pod.Spec.Containers.Concat(pod.Spec.Sidecars()).ToList();
        var one = containers[_random.Next(containers.Count)];
        one.Image = $"{one.Image.Split(':')[0]}:{_random.Next(1, 4)}";
    }

    private void DeleteIt()
    {
        if (_api.Stored is not null) _api.Delete(_random.Next(6) switch { 0 => 0, 1 or 2 => null, _ => _random.Next(1, 40) });
    }

    private void LoseSandbox()
    {
        if (_api.Last.Keys.Where(_runtime.HasSandbox).ToList() is { Count: > 0 } uids) _runtime.LoseSandbox(uids[_random.Next(uids.Count)]);
    }

    private void RestartKubelet()
    {
        var ended = _kubelet.StopAsync();
        Rest(() => ended.IsCompleted ? null : "the end of the kubelet");
        Note(new TraceEntry.KubeletRestarted(_runtime.Now));
        _stops.Clear();
        _told.Clear();
        _api.Watch.Clear();
        _kubelet = new ModelKubelet(_runtime, _api, _probes, _events, _time, _random);
        if (_api.Stored is not null) Tell(_api.Stored.Clone());
        Rest();
        var orphans = StopOrphans();
        // The apiserver may not say at first.
        for (var tries = 0; orphans.IsFaulted && tries < 20; tries++)
        {
            Pass(2);
            orphans = StopOrphans();
        }
        orphans.GetAwaiter().GetResult();
    }

    // An orphan that does not hear its signal holds it up for two seconds.
    private Task StopOrphans()
    {
        var orphans = _kubelet.Pool.StopOrphansAsync();
        while (!orphans.IsCompleted) Pass(1);
        return orphans;
    }

    // The watch broke: what happened meanwhile is not heard one by one.
    private void Relist()
    {
        _api.Watch.Clear();
        foreach (var pod in _told.Values.Where(pod => pod.Metadata.Uid != _api.Stored?.Metadata.Uid).ToList())
        {
            Remove(pod);
            Rest();
        }
        if (_api.Stored is not null) Tell(_api.Stored.Clone());
    }
}
