using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Tests.Documentation;

public sealed class ApiDocumentationTests
{
    public static TheoryData<string> ServedKinds => [.. ApiKinds.All.Select(kind => $"{kind.Group}/{kind.Plural}")];

    [Fact]
    public void Of_FieldWithOneLine_IsThatLine()
    {
        var metadata = Pod.Descriptor.FindFieldByName("metadata");

        Assert.Equal("Name, namespace, labels and the rest of what every object carries.", ApiDocumentation.Of(metadata));
    }

    [Fact]
    public void Of_MessageWithSeveralLines_JoinsThemBySpaces() =>
        Assert.Equal(
            "A group of containers that are placed on one node together and share its network address and volumes. "
            + "The scheduler picks the node, that node's kubelet runs it.",
            ApiDocumentation.Of(Pod.Descriptor));

    [Fact]
    public void Of_SameNameInTwoPackages_TellsThemApart() =>
        Assert.NotEqual(ApiDocumentation.Of(EndpointPort.Descriptor), ApiDocumentation.Of(Protocol.Discovery.V1.EndpointPort.Descriptor));

    [Fact]
    public void Of_MessageOutsideTheApi_IsNull()
    {
        Assert.Null(ApiDocumentation.Of(Timestamp.Descriptor));
        Assert.Null(ApiDocumentation.Of(Timestamp.Descriptor.FindFieldByName("seconds")));
    }

    [Theory]
    [MemberData(nameof(ServedKinds))]
    public void Of_EverythingReachableFromServedKind_IsThere(string resource)
    {
        var kind = ApiKinds.All.Single(kind => $"{kind.Group}/{kind.Plural}" == resource);

        Assert.Empty(Undocumented(Reachable(kind.Descriptor, kind.ListDescriptor)));
    }

    // Statuses, options, discovery and bindings are answered or sent without being of a served kind.
    [Fact]
    public void Of_EveryMessageOfTheApi_IsThere() => Assert.Empty(Undocumented(ProtocolMessages.All));

    [Fact]
    public void Of_EveryMessageOfTheApi_EndsAsASentence() =>
        Assert.DoesNotContain(
            ProtocolMessages.All.SelectMany(message => message.Fields.InDeclarationOrder().Select(ApiDocumentation.Of).Append(ApiDocumentation.Of(message))),
            comment => comment is null || !comment.EndsWith('.') || comment.Contains("  ", StringComparison.Ordinal));

    private static IEnumerable<string> Undocumented(IEnumerable<MessageDescriptor> messages) =>
        from message in messages
        from missing in message.Fields.InDeclarationOrder()
            .Where(field => string.IsNullOrEmpty(ApiDocumentation.Of(field)))
            .Select(field => field.FullName)
            .Concat(string.IsNullOrEmpty(ApiDocumentation.Of(message)) ? [message.FullName] : [])
        select missing;

    private static HashSet<MessageDescriptor> Reachable(params MessageDescriptor[] roots)
    {
        var found = new HashSet<MessageDescriptor>();
        var open = new Stack<MessageDescriptor>(roots);
        while (open.TryPop(out var message))
        {
            // The well-known types are not ours to describe.
            if (message.File.Package.StartsWith("google.", StringComparison.Ordinal) || !found.Add(message)) continue;
            foreach (var field in message.Fields.InDeclarationOrder().Select(HeldBy))
                if (field.FieldType == FieldType.Message) open.Push(field.MessageType);
        }
        return found;
    }

    // A map is a list of entries with fields 1 and 2; what counts is the value.
    private static FieldDescriptor HeldBy(FieldDescriptor field) => field.IsMap ? field.MessageType.FindFieldByNumber(2) : field;
}
