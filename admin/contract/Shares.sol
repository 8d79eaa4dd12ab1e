// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.24;

import {AccessControlDefaultAdminRules} from
    "@openzeppelin/contracts/access/extensions/AccessControlDefaultAdminRules.sol";
import {ERC2981} from "@openzeppelin/contracts/token/common/ERC2981.sol";
import {ERC1155} from "@openzeppelin/contracts/token/ERC1155/ERC1155.sol";

/// Shares of a community's engines: whoever holds one may have them paint.
///
/// Each edition is an id, from 1 on, with a fixed number of shares that are alike. All are made with
/// the contract; nobody can make more, and nobody can take one from its holder.
contract Shares is ERC1155, ERC2981, AccessControlDefaultAdminRules {
    uint96 public constant MOST_ROYALTY = 1000; // basis points of a sale's price

    string public name;
    string public symbol;
    string public contractURI;
    uint256 public immutable editions;
    mapping(uint256 id => uint256) public totalSupply;
    mapping(uint256 id => bool) public metadataFrozen;
    mapping(uint256 id => string) private _uris;

    event ContractURIUpdated(); // ERC-7572
    event PermanentURI(string uri, uint256 indexed id); // as OpenSea reads it

    error LengthsDiffer(uint256 supplies, uint256 uris);
    error NoSuchEdition(uint256 id);
    error EmptyEdition(uint256 id);
    error Frozen();
    error RoyaltyTooHigh(uint96 basisPoints, uint96 most);

    constructor(
        string memory name_,
        string memory symbol_,
        string memory contractURI_,
        address admin,
        address holder,
        address royaltyReceiver,
        uint96 royaltyBasisPoints,
        uint256[] memory supplies,
        string[] memory uris
    ) ERC1155("") AccessControlDefaultAdminRules(1 days, admin) {
        if (supplies.length != uris.length) revert LengthsDiffer(supplies.length, uris.length);
        name = name_;
        symbol = symbol_;
        contractURI = contractURI_;
        editions = supplies.length;
        _setRoyalty(royaltyReceiver, royaltyBasisPoints);
        for (uint256 i; i < supplies.length; ++i) {
            uint256 id = i + 1;
            if (supplies[i] == 0) revert EmptyEdition(id);
            totalSupply[id] = supplies[i];
            _uris[id] = uris[i];
            _mint(holder, id, supplies[i], "");
            emit URI(uris[i], id);
        }
        emit ContractURIUpdated();
    }

    function uri(uint256 id) public view override returns (string memory) {
        if (totalSupply[id] == 0) revert NoSuchEdition(id);
        return _uris[id];
    }

    /// Correct an edition's metadata, until `freezeMetadata` makes it final.
    function setURI(uint256 id, string calldata value) external onlyRole(DEFAULT_ADMIN_ROLE) {
        if (totalSupply[id] == 0) revert NoSuchEdition(id);
        if (metadataFrozen[id]) revert Frozen();
        _uris[id] = value;
        emit URI(value, id);
    }

    function freezeMetadata(uint256 id) external onlyRole(DEFAULT_ADMIN_ROLE) {
        metadataFrozen[id] = true;
        emit PermanentURI(uri(id), id);
    }

    function setContractURI(string calldata value) external onlyRole(DEFAULT_ADMIN_ROLE) {
        contractURI = value;
        emit ContractURIUpdated();
    }

    function setRoyalty(address receiver, uint96 basisPoints) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setRoyalty(receiver, basisPoints);
    }

    function supportsInterface(bytes4 id)
        public
        view
        override(ERC1155, ERC2981, AccessControlDefaultAdminRules)
        returns (bool)
    {
        return super.supportsInterface(id);
    }

    function _setRoyalty(address receiver, uint96 basisPoints) private {
        if (basisPoints > MOST_ROYALTY) revert RoyaltyTooHigh(basisPoints, MOST_ROYALTY);
        _setDefaultRoyalty(receiver, basisPoints);
    }
}
