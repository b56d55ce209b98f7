using MiniK8s.Protocol.Authentication.V1;

namespace MiniK8s.ApiServer.Registry.Reviews;

/// <summary>Users as reviews tell them.</summary>
internal static class UserMessages
{
    /// <summary>All that is known of the user.</summary>
    public static Protocol.Authentication.V1.UserInfo Of(UserInfo user)
    {
        var message = new Protocol.Authentication.V1.UserInfo { Username = user.Name, Uid = user.Uid, Groups = { user.Groups } };
        foreach (var (name, values) in user.Extra) message.Extra.Add(name, new ExtraValue { Items = { values } });
        return message;
    }
}
